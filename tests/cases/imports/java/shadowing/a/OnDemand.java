package a;

import b.*;

/** The package hides what is imported on demand: Node is a.Node, Leaf is b.Leaf. */
class OnDemand {
    Node node;
    Leaf leaf;
}
