#include_next <string.h>
