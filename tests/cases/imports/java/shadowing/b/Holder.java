package b;

public class Holder {
    public static class Node {}
}
