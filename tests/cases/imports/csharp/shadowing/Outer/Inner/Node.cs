namespace Outer.Inner;

public class Node { }
