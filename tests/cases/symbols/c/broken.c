#include "one.h"

int before(void) { return 1; }

int broken(int a) {
    return a + ;
}}

#include "two.h"

struct kept {
    int field;
};

int after(int x) { return before() + x; }

int unfinished(void) {
    if (after(1)) {
        before();
