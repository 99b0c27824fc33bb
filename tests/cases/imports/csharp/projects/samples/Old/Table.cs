namespace Shop.Core;

public class Table { }
