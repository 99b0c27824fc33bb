#ifndef TEMPLATES_HPP
#define TEMPLATES_HPP 1

LIB_BEGIN_NAMESPACE

// At most N of them.
template <typename T, int N = DEFAULT_SIZE>
class LIB_EXPORT Small : Base<T> {
 public:
    template <typename U>
    void add(const U &value);
    T items[N];
};

template <>
struct Small<bool, 1> {
    unsigned bits;
};

template <class T>
concept Sized = requires(T t) { t.size(); };

template <Sized T>
using Few = Small<T, 3>;

LIB_CONSTEXPR int limit(int a) LIB_NOEXCEPT { return a; }

extern template class Small<int>;

LIB_END_NAMESPACE

#endif
