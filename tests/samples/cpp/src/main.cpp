#include <iostream>

#include "plan/errors.hpp"
#include "plan/reader.hpp"

int main() {
    try {
        for (const auto &name : plan::read(std::cin).order()) {
            std::cout << name << '\n';
        }
    } catch (const plan::Error &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
