#pragma once
#include <string>

namespace shop {

/// A thing for sale.
class EXPORTED_API Item : public Thing {
 public:
    explicit Item(std::string name);
    int price() const { return price_; }

 private:
    int price_ = 0;
};

template <typename T>
T cheapest(const T &items);

}  // namespace shop
