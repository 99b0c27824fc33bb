package formula.text;

/** A piece of a formula's text, and where it starts. */
record Token(Kind kind, String text, int place) {
    enum Kind {
        NUMBER,
        NAME,
        SIGN,
        END
    }

    boolean is(String sign) {
        return kind == Kind.SIGN && text.equals(sign);
    }
}
