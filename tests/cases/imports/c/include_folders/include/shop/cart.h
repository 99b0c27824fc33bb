#include "item.h"
#include <shop/item.h>
int total(void);
