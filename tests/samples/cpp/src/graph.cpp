#include "plan/graph.hpp"

#include <utility>

#include "plan/errors.hpp"

namespace plan {

void Graph::add(Task task) {
    auto name = task.name;
    tasks_.insert_or_assign(std::move(name), std::move(task));
}

std::vector<std::string> Graph::order() const {
    States states;
    std::vector<std::string> placed;
    visit([&](const Task &task) { place(task.name, states, placed); });
    return placed;
}

void Graph::place(const std::string &name, States &states, std::vector<std::string> &placed) const {
    auto &state = states[name];
    if (state == State::Done) {
        return;
    }
    if (state == State::Open) {
        throw Cycle(name);
    }
    state = State::Open;
    if (auto found = tasks_.find(name); found != tasks_.end()) {
        for (const auto &before : found->second.after) {
            place(before, states, placed);
        }
    }
    states[name] = State::Done;
    placed.push_back(name);
}

}  // namespace plan
