#include <stdio.h>

#include <rpn/calculator.h>

static int failures;

#define CHECK(condition)                                   \
    do {                                                   \
        if (!(condition)) {                                \
            printf("%d: %s\n", __LINE__, #condition);      \
            failures++;                                    \
        }                                                  \
    } while (0)

static outcome_t run(const char *expression, double *result)
{
    struct stack stack;

    return calculate(expression, &stack, result);
}

int main(void)
{
    double result = 0;

    CHECK(run("1 2 + 3 *", &result) == CALCULATED && result == 9);
    CHECK(run("-1.5 2 -", &result) == CALCULATED && result == -3.5);
    CHECK(run("1 +", &result) == TOO_FEW_NUMBERS);
    CHECK(run("1 2", &result) == TOO_MANY_NUMBERS);
    CHECK(run("1 0 /", &result) == DIVIDED_BY_ZERO);
    CHECK(run("one", &result) == UNKNOWN_WORD);
    return failures != 0;
}
