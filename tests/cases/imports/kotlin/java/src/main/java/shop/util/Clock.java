package shop.util;

public class Clock {
    public static long now() { return 0; }
}
