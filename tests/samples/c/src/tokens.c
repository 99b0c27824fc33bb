#include <rpn/tokens.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

token_t next_token(const char **text)
{
    token_t token = {TOKEN_UNKNOWN, 0, 0};
    const char *start;
    char *end;

    while (isspace((unsigned char)**text))
        ++*text;
    start = *text;
    if (*start == '\0') {
        token.kind = TOKEN_END;
        return token;
    }
    token.number = strtod(start, &end);
    if (end != start) {
        token.kind = TOKEN_NUMBER;
        *text = end;
    } else if (strchr("+-*/", *start) != NULL) {
        token.kind = TOKEN_OPERATOR;
        token.operator_name = *start;
        *text = start + 1;
    }
    return token;
}
