package app.text;

public @interface Style {
    enum Weight { BOLD }
}
