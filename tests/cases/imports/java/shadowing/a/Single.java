package a;

import b.Node;

/** The single import hides the package. */
class Single {
    Node node;
}
