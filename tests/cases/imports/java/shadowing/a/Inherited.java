package a;

/** Node is a member that Parent has from b.Holder; the head of the class is outside of its members. */
class Inherited extends Parent<Edge> {
    Node node;
}
