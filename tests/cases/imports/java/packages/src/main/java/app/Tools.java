package app;

class Tools {}

class Helper {
    static void help(Object it) {}
}
