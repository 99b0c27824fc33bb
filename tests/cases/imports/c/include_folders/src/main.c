#include <stdio.h>
#include <shop/cart.h>
#include "util.h"
#include "only_in_lib.h"
#include "../lib/extra.h"
#include "../../../etc/passwd"
#include "/etc/passwd"
#include MACRO_HEADER
#include "missing.h"

int main(void) { return total(); }
