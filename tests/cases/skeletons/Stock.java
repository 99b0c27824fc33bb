/* Copyright: nobody. */
package shop.stock;

import java.util.HashMap;
import java.util.Map;

/**
 * All parts, by name. Thread-safe.
 *
 * @see Part
 */
@SuppressWarnings("unused")
public final class Stock implements Iterable<Part> {
    private static final int LIMIT = 100;

    private final Map<String, Part> parts = new HashMap<>();

    /** Makes an empty stock. */
    public Stock() {
        this(null);
    }

    @Override
    public java.util.Iterator<Part> iterator() {
        return parts.values().iterator();
    }

    public <T extends Part> T find(
            String name,
            Class<T> kind) throws IllegalStateException {
        Part part = parts.get(name);
        return kind.cast(part);
    }

    abstract static class Shelf {
        abstract int width();

        int twice() {
            return 2 * width();
        }
    }

    enum Size { SMALL, LARGE }
}

interface Part {
    String name();

    default int count() {
        return 0;
    }
}
