#pragma once

#include <iosfwd>

#include "graph.hpp"

namespace plan {

/// Reads lines such as "cook: buy wash".
Graph read(std::istream &input);

}  // namespace plan
