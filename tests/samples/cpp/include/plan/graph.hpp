#pragma once

#include <map>
#include <string>
#include <vector>

#include "plan/task.hpp"

namespace plan {

class Graph {
 public:
    void add(Task task);
    std::size_t size() const { return tasks_.size(); }

    /// Every task after those that it waits for, else in the order of their names.
    std::vector<std::string> order() const;

    template <typename Visitor>
    void visit(Visitor &&visitor) const;

 private:
    enum class State { Waiting, Open, Done };
    using States = std::map<std::string, State>;

    void place(const std::string &name, States &states, std::vector<std::string> &placed) const;

    std::map<std::string, Task> tasks_;
};

}  // namespace plan

#include "detail/graph.ipp"
