/* A value that goes on behind a comment. */
#define SPREAD(width, size) do { \
    if ((width) > 1) { \
        (size) = 2; /* two { of them */ \
    } else { \
        (size) = 1; \
    } \
} while (0)

int paint(int width) {
    int size;
    SPREAD(width, size);
#ifdef WIDE
    if (size > 1) {
        stretch();
#elif defined(TALL)
    if (size > 2) {
#else
    while (size) {
#endif
        return draw(size);
    }
    return 0;
}

#if 0
int rotate(int angle, int old) {
    forget(old);
#else
int rotate(int angle) {
#endif
    return paint(angle);
}

#ifdef KEPT
int first(void) { return 1; }
#else
int second(void) { return 2; }
#endif

int last(int a) { return rotate(a); }
