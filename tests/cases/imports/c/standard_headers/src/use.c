#include <string.h>
#include <sys/types.h>
#include <stdlib.h>
