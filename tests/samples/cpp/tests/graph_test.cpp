#include <cstdlib>
#include <iostream>
#include <sstream>

#include "../src/text.h"
#include <plan/errors.hpp>
#include <plan/reader.hpp>

#define CHECK(condition)                                                \
    if (!(condition)) {                                                 \
        std::cerr << __LINE__ << ": " << #condition << '\n';            \
        std::exit(1);                                                   \
    }

int main() {
    std::istringstream input("eat: cook\ncook: wash buy\n\n wash :\n");
    const plan::Graph graph = plan::read(input);
    CHECK(graph.size() == 3);
    CHECK((graph.order() == std::vector<std::string>{"wash", "buy", "cook", "eat"}));
    CHECK(plan::text::trimmed(" a b ") == "a b");

    plan::Graph circle;
    circle.add({"hen", {"egg"}});
    circle.add({"egg", {"hen"}});
    try {
        circle.order();
        CHECK(!"a cycle has no order");
    } catch (const plan::Cycle &) {
    }
}
