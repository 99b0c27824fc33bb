#include "shop/cart.h"
#include "util.h"
#include "../src/main.c"
