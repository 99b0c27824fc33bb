package app;

class Unrelated {
    // Main is only mentioned here, and in "Main".
    String main = "Main";
}
