namespace Outer;

public class Result { }
