package a;

/** Its own Node hides the one of the package. */
class OwnNode {
    class Node {}

    Node node;
}
