#ifndef RPN_STACK_H
#define RPN_STACK_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define STACK_LIMIT 256

/* Numbers, the last one on top. */
struct stack {
    double items[STACK_LIMIT];
    size_t count;
};

/* False where there is no room. */
int stack_push(struct stack *stack, double item);

/* False where the stack is empty. */
int stack_pop(struct stack *stack, double *item);

#ifdef __cplusplus
}
#endif

#endif
