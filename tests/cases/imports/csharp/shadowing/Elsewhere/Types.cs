namespace Elsewhere;

public class Node { }

public class Leaf { }
