namespace Shop.Core.Deep;

public class Tool { }
