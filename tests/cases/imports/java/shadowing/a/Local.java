package a;

class Local {
    Object make(Object Edge) {
        class Node {}
        return new Node();
    }
}
