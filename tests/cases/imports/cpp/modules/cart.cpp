module shop.cart;
int total() { return 0; }
