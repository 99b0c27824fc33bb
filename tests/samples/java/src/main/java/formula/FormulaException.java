package formula;

/** A formula that cannot be read or computed. */
public class FormulaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public FormulaException(String message) {
        super(message);
    }

    /** The same for a place in the text, counted from 1. */
    public static FormulaException at(int place, String message) {
        return new FormulaException(message + " at " + place);
    }
}
