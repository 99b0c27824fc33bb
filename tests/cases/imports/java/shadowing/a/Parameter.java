package a;

/** Node is a type parameter, and Edge one of a method. */
class Parameter<Node> {
    Node node;

    <Edge> Edge get() { return null; }
}
