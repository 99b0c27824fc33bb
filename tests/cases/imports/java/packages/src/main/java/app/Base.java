package app;

class Base {
    enum Kind { ONE }
}
