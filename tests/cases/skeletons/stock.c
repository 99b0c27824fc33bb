// Copyright: nobody.
#include "stock.h"
#include <stdio.h>

#ifndef LIMIT
#define LIMIT 100
#endif
#define LARGER(a, b) \
    ((a) > (b) ? (a) : (b))

typedef struct part {
    const char *name;
    int count;
} part;

enum size { SMALL, LARGE };

static int counter = 0;

static int larger(int a, int b);

/* Finds a part. NULL where there is none. */
part *
stock_find(struct stock *stock, const char *name)
{
    for (int i = 0; i < stock->count; i++)
        if (stock->parts[i].name == name)
            return &stock->parts[i];
    return NULL;
}

static int larger(int a, int b) {
    counter++;
    return LARGER(a, b);
}

int stock_size(const struct stock *stock) { return stock->count; }
