package formula.text;

import formula.FormulaException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Text to tokens. */
final class Lexer {
    private final String text;
    private int at;

    Lexer(String text) {
        this.text = text;
    }

    /** All tokens; the last one is the end. */
    List<Token> tokens() {
        List<Token> tokens = new ArrayList<>();
        Token token;
        do {
            token = next();
            tokens.add(token);
        } while (token.kind() != Token.Kind.END);
        return tokens;
    }

    private Token next() {
        take(Character::isWhitespace);
        int start = at;
        if (at == text.length()) {
            return new Token(Token.Kind.END, "the end", start + 1);
        }
        char first = text.charAt(at);
        if (Character.isDigit(first)) {
            return new Token(Token.Kind.NUMBER, take(Character::isDigit), start + 1);
        }
        if (Character.isLetter(first)) {
            return new Token(Token.Kind.NAME, take(Character::isLetterOrDigit), start + 1);
        }
        if ("+-*/()".indexOf(first) < 0) {
            throw FormulaException.at(start + 1, "unexpected " + first);
        }
        at++;
        return new Token(Token.Kind.SIGN, String.valueOf(first), start + 1);
    }

    private String take(IntPredicate wanted) {
        int start = at;
        while (at < text.length() && wanted.test(text.charAt(at))) {
            at++;
        }
        return text.substring(start, at);
    }
}
