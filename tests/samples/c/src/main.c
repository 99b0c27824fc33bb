#include <stdio.h>

#include "rpn/calculator.h"
#ifdef _WIN32
#include "windows_console.h"
#endif

int main(int argc, char **argv)
{
    struct stack stack;
    double result;
    int failed = 0;

    for (int index = 1; index < argc; index++) {
        outcome_t outcome = calculate(argv[index], &stack, &result);

        if (outcome == CALCULATED) {
            printf("%g\n", result);
        } else {
            fprintf(stderr, "%s: %s\n", argv[index], describe(outcome));
            failed = 1;
        }
    }
    return failed;
}
