#include <plan/reader.hpp>

#include <istream>
#include <sstream>

#include "plan/errors.hpp"
#include "text.h"

namespace plan {
namespace {

Task parse(const std::string &line) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) {
        throw Error("no colon: " + line);
    }
    Task task{text::trimmed(line.substr(0, colon)), {}};
    std::istringstream words(line.substr(colon + 1));
    for (std::string word; words >> word;) {
        task.after.push_back(word);
    }
    return task;
}

}  // namespace

Graph read(std::istream &input) {
    Graph graph;
    for (std::string line; std::getline(input, line);) {
        if (!text::trimmed(line).empty()) {
            graph.add(parse(line));
        }
    }
    return graph;
}

}  // namespace plan
