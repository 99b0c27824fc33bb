#pragma once

#include <string>
#include <vector>

namespace plan {

/// Something to do, after other things are done.
struct Task {
    std::string name;
    std::vector<std::string> after;
};

inline bool operator==(const Task &left, const Task &right) {
    return left.name == right.name && left.after == right.after;
}

}  // namespace plan
