package formula.tree;

import formula.value.Rational;
import java.util.Map;
import java.util.TreeMap;

/** The names that formulas have been given. */
public final class Scope {
    private final Map<String, Rational> values = new TreeMap<>();

    public void define(String name, Rational value) {
        values.put(name, value);
    }

    Rational value(String name) {
        Rational value = values.get(name);
        if (value == null) {
            throw new formula.FormulaException("no " + name + " yet");
        }
        return value;
    }
}
