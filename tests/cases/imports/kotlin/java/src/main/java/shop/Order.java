package shop;

import shop.text.Words;

public class Order implements Priced {
    String text() { return Words.quoted(TextKt.title("order")) + Defaults.NAME + Limits.INSTANCE; }
}
