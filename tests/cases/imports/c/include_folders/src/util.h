#ifdef WITH_EXTRAS
#include "extra.h"
#endif
