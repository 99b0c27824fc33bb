#pragma once
#include <vector>
#include "geo/detail/point.ipp"
