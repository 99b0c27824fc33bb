#include "config.h"
#include "first.h"
