#include <plan/graph.hpp>

namespace plan {

template <typename Visitor>
void Graph::visit(Visitor &&visitor) const {
    for (const auto &[name, task] : tasks_) {
        visitor(task);
    }
}

}  // namespace plan
