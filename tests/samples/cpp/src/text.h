#ifndef PLAN_TEXT_H
#define PLAN_TEXT_H

#include <string>

namespace plan::text {

/// Without the blanks at its ends.
inline std::string trimmed(const std::string &text) {
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace plan::text

#endif
