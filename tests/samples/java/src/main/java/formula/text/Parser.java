package formula.text;

import formula.*;
import formula.tree.Node;
import formula.tree.Node.*;
import formula.value.Rational;
import java.util.List;

/** Tokens to a tree: sums of products of numbers, names and groups. */
public final class Parser {
    private final List<Token> tokens;
    private int at;

    private Parser(List<Token> tokens) {
        this.tokens = tokens;
    }

    public static Node parse(String text) {
        Parser parser = new Parser(new Lexer(text).tokens());
        Node tree = parser.sum();
        if (parser.token().kind() != Token.Kind.END) {
            throw parser.unexpected();
        }
        return tree;
    }

    private Node sum() {
        Node left = product();
        while (token().is("+") || token().is("-")) {
            left = new Operation(Operator.of(take().text()), left, product());
        }
        return left;
    }

    private Node product() {
        Node left = factor();
        while (token().is("*") || token().is("/")) {
            left = new Operation(Operator.of(take().text()), left, factor());
        }
        return left;
    }

    private Node factor() {
        Token token = token();
        switch (token.kind()) {
            case NUMBER:
                return new Constant(Rational.of(Long.parseLong(take().text())));
            case NAME:
                return new Name(take().text());
            default:
                break;
        }
        if (!token.is("(")) {
            throw unexpected();
        }
        take();
        Node inside = sum();
        if (!token().is(")")) {
            throw unexpected();
        }
        take();
        return inside;
    }

    private Token token() {
        return tokens.get(at);
    }

    private Token take() {
        return tokens.get(at++);
    }

    private FormulaException unexpected() {
        return FormulaException.at(token().place(), "unexpected " + token().text());
    }
}
