namespace Shop.Core;

public static class Names { }
