#ifndef RPN_CALCULATOR_H
#define RPN_CALCULATOR_H

#include "stack.h"

typedef enum {
    CALCULATED,
    TOO_FEW_NUMBERS,
    TOO_MANY_NUMBERS,
    UNKNOWN_WORD,
    DIVIDED_BY_ZERO
} outcome_t;

/* Calculates an expression such as "1 2 + 3 *" on an empty stack. */
outcome_t calculate(const char *expression, struct stack *stack, double *result);

const char *describe(outcome_t outcome);

#endif
