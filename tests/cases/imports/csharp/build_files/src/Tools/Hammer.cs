namespace Shop.Tools;

class Hammer { }
