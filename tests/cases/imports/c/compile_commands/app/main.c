#include "api.h"
#include <zip.h>
