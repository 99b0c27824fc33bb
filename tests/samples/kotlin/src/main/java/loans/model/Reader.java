package loans.model;

import loans.Quotes;

/** Somebody who may borrow books. */
public record Reader(String name) {
    public Reader {
        if (name.isBlank()) {
            throw new IllegalArgumentException(Quotes.quoted(name) + " is no name");
        }
    }
}
