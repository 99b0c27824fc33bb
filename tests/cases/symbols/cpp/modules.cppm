module;
#include <cassert>
export module shop.cart:lines;

import std;
export import shop.item;
import :prices;
import "legacy.h";

export namespace shop {
int total();
}
