#include "config.h"
#include "third.h"
