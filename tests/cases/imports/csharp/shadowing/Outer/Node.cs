namespace Outer;

public class Node { }
