package formula.tree;

import formula.value.Rational;
import java.util.function.BinaryOperator;

/** A part of a formula. */
public sealed interface Node {
    Rational value(Scope scope);

    record Constant(Rational number) implements Node {
        @Override
        public Rational value(Scope scope) {
            return number;
        }

        @Override
        public String toString() {
            return number.toString();
        }
    }

    record Name(String name) implements Node {
        @Override
        public Rational value(Scope scope) {
            return scope.value(name);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    record Operation(Operator operator, Node left, Node right) implements Node {
        @Override
        public Rational value(Scope scope) {
            return operator.apply.apply(left.value(scope), right.value(scope));
        }

        @Override
        public String toString() {
            return "(" + left + " " + operator.sign + " " + right + ")";
        }
    }

    /** What joins two parts. */
    enum Operator {
        PLUS("+", Rational::plus),
        MINUS("-", Rational::minus),
        TIMES("*", Rational::times),
        OVER("/", Rational::over);

        final String sign;
        final BinaryOperator<Rational> apply;

        Operator(String sign, BinaryOperator<Rational> apply) {
            this.sign = sign;
            this.apply = apply;
        }

        public static Operator of(String sign) {
            for (Operator operator : values()) {
                if (operator.sign.equals(sign)) {
                    return operator;
                }
            }
            throw new IllegalArgumentException(sign);
        }
    }
}
