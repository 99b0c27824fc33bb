namespace Outer;

class Nested<Leaf>
{
    Node node;
    Leaf leaf;

    class Node { }
}
