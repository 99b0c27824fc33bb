#pragma once

#include <map>
#include <string>

namespace shop {

class Part;

/// All parts, by name.
template <typename Key>
class Stock : public Base {
 public:
  using Map = std::map<Key, Part>;

  explicit Stock(Map parts) : parts_(std::move(parts)) {}
  ~Stock();

  // Finds a part.
  const Part *find(const Key &key) const {
    auto found = parts_.find(key);
    return found == parts_.end() ? nullptr : &found->second;
  }

  enum class Size { small, large };

 private:
  static constexpr int limit = 100;
  Map parts_;
};

inline int twice(int value)
{
  return 2 * value;
}

}  // namespace shop
