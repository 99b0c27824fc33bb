#ifndef RPN_TOKENS_H
#define RPN_TOKENS_H

enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_OPERATOR, TOKEN_UNKNOWN };

typedef struct {
    enum token_kind kind;
    double number;
    char operator_name;
} token_t;

/* Reads one token and moves *text behind it. */
token_t next_token(const char **text);

#endif
