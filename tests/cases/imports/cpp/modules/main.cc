import shop.cart;
int main() { return total(); }
