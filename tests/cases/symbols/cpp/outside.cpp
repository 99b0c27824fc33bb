#include "outside.hpp"

namespace net {

int Socket::opened = 0;

/// Opens it.
Socket::Socket(const Address &to) : Handle(to), timeout_(kTimeout) {
    connect_to(to.host());
}

Socket::~Socket() { close(fd_); }

template <typename T>
void Queue<T>::push(T item) {
    auto found = std::find(items_.begin(), items_.end(), item);
    for (const auto &[key, value] : table_) {
        log::write<int>(key, value, item);
    }
    auto twice = [&, extra = total_](int n) { return n * extra + offset; };
    try {
        this->owner_.take(new Node<T>(item), twice);
    } catch (const Error &error) {
        error.show();
    }
}

bool operator<(const Socket &a, const Socket &b) noexcept { return a.fd() < b.fd(); }

void net::reset() {}

}  // namespace net

TEST(SocketTest, Opens) {
    EXPECT_EQ(net::Socket::opened, 1);
}
