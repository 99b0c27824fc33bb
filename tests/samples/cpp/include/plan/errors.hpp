#pragma once

#include <stdexcept>
#include <string>

namespace plan {

class Error : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

/// Tasks that wait for each other.
class Cycle final : public Error {
 public:
    explicit Cycle(const std::string &name) : Error("waits for itself: " + name) {}
};

}  // namespace plan
