struct item { int price; };
