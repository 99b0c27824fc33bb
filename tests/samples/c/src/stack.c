#include <rpn/stack.h>

int stack_push(struct stack *stack, double item)
{
    if (stack->count == STACK_LIMIT)
        return 0;
    stack->items[stack->count++] = item;
    return 1;
}

int stack_pop(struct stack *stack, double *item)
{
    if (stack->count == 0)
        return 0;
    *item = stack->items[--stack->count];
    return 1;
}
