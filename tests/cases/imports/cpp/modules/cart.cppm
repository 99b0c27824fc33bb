module;
#include "legacy.h"
export module shop.cart;
import std;
import shop.item;
export import :lines;
