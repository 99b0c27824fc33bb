package app;

class Child extends Base {
    Kind kind;
}
