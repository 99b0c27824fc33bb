#include "rpn/calculator.h"

#include "rpn/tokens.h"

static outcome_t apply(char name, struct stack *stack)
{
    double left, right, result;

    if (!stack_pop(stack, &right) || !stack_pop(stack, &left))
        return TOO_FEW_NUMBERS;
    if (name == '/' && right == 0)
        return DIVIDED_BY_ZERO;
    switch (name) {
#define OPERATOR(sign, expression) \
    case sign:                     \
        result = expression;       \
        break;
#include "operators.inc"
#undef OPERATOR
    default:
        return UNKNOWN_WORD;
    }
    stack_push(stack, result);
    return CALCULATED;
}

outcome_t calculate(const char *expression, struct stack *stack, double *result)
{
    outcome_t outcome = CALCULATED;

    stack->count = 0;
    for (;;) {
        token_t token = next_token(&expression);

        if (token.kind == TOKEN_END)
            break;
        if (token.kind == TOKEN_UNKNOWN)
            return UNKNOWN_WORD;
        if (token.kind == TOKEN_OPERATOR)
            outcome = apply(token.operator_name, stack);
        else if (!stack_push(stack, token.number))
            outcome = TOO_MANY_NUMBERS;
        if (outcome != CALCULATED)
            return outcome;
    }
    if (stack->count > 1)
        return TOO_MANY_NUMBERS;
    return stack_pop(stack, result) ? CALCULATED : TOO_FEW_NUMBERS;
}

const char *describe(outcome_t outcome)
{
    static const char *const texts[] = {
        "fine", "too few numbers", "too many numbers", "unknown word", "division by zero",
    };

    return texts[outcome];
}
