package shop;

class Defaults {
    static final String NAME = "none";
}
