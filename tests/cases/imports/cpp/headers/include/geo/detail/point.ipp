#include <geo/point.hpp>
