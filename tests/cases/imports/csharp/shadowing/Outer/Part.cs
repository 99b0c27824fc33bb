namespace Outer;

class Part { }
