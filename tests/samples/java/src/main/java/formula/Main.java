package formula;

import static formula.text.Parser.parse;

import formula.tree.Node;
import formula.tree.Scope;
import formula.value.Rational;
import java.util.List;

/** Computes formulas: each argument is one, {@code name = formula} gives one a name. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        for (String line : lines(List.of(arguments))) {
            System.out.println(line);
        }
    }

    /** What is printed for these formulas. */
    static List<String> lines(List<String> formulas) {
        Scope scope = new Scope();
        return formulas.stream().map(formula -> line(formula, scope)).toList();
    }

    private static String line(String formula, Scope scope) {
        int sign = formula.indexOf('=');
        try {
            Node tree = parse(formula.substring(sign + 1));
            Rational value = tree.value(scope);
            if (sign >= 0) {
                scope.define(formula.substring(0, sign).strip(), value);
            }
            return tree + " = " + value;
        } catch (FormulaException problem) {
            return formula + ": " + problem.getMessage();
        }
    }
}
