#include "api.h"
#include "both.h"
#include <both.h>
