#include "nested/inner.h"
