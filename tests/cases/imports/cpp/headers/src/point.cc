#include "geo\point.hpp"
#include <map>
#include <geo/map>
#if __has_include(<never.h>)
#include "map.h"
#endif
void run() {
#include "table.def"
}
