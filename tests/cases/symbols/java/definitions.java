// The licence of this file.
package shop.orders;

/**
 * An order of a {@code Customer}, paid or not. It knows
 * its lines.
 *
 * @param <T> what is sold
 */
@Deprecated
public sealed abstract class Order<T extends Item>
        extends Record<T>
        implements Comparable<Order<T>>, shop.Priced permits Paid {

    /** The most lines an order may have. */
    public static final int LIMIT = 10, SPARE = 2;

    private final T first; // what it began with
    private int count;

    // Nobody makes one directly.
    protected Order(T first) {
        this.first = first;
    }

    static { Registry.add(Order.class); }

    /** What it costs. */
    @Override
    public abstract long price();

    <U extends Item>
    U add(
            U item) throws FullException
    {
        return item;
    }

    /** A line. */
    public record Line(Item item, int number) implements Priced {
        Line {
            if (number < 0) throw new IllegalArgumentException();
        }

        public long price() { return 0; }
    }

    enum State {
        /** Not sent yet. */
        OPEN,
        SENT("sent") {
            @Override String text() { return "gone"; }
        };

        State(String... words) { }

        String text() { return name(); }
    }

    @interface Checked {
        String by() default "nobody";
    }

    interface Visitor {
        int DEPTH = 3;

        void visit(Order<?> order);
    }
}

class Paid extends Order<Item> {
    Paid() { super(null); }
}
