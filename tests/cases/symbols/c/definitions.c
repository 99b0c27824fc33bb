/* Words and how often they come. */
#include <stdio.h>
#include "table.h"

#define LIMIT 64
/* The larger one. */
#define LARGER(a, b) ((a) > (b) ? (a) : clip(b))

struct table; /* announced */
extern int verbose;
static const int step = 2;
static char *names[] = {"a", "b"};
int (*on_change)(int, const char *);

/**
 * @brief A word of the text. It is not copied.
 */
typedef struct word {
    const char *text;
    unsigned count : 8, seen;
    struct {
        int line;
    } at;
} word_t;

enum order { BY_NAME = 1, BY_COUNT };
typedef enum { RED, GREEN } colour;
typedef int (*compare)(const void *, const void *);
union value {
    int whole;
    double part;
};

int find(const struct table *table, word_t *found);

// Finds a word.
// Slowly.
static int find_from(
    const struct table *table,
    int start)
{
    int index = start + step;
    while (index < LARGER(table->size, LIMIT)) {
        struct entry { int key; } local = {index};
        if (table->slots[index].used && verbose)
            return report(names[0], local.key, BY_COUNT);
        index++;
    }
    return (int)sizeof(word_t);
}

static inline word_t *first(void) { return NULL; }

int old_style(a, b)
    int a;
    char *b;
{
    return a + *b;
}
