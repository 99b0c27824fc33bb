export module shop.cart:lines;
