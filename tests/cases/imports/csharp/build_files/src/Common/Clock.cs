namespace Shop.Common;

class Clock { }
