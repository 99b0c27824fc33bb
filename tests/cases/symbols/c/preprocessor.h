/* Copyright. */

#ifndef PREPROCESSOR_H
#define PREPROCESSOR_H

#ifdef __cplusplus
extern "C" {
#endif

#include "always.h"
#if defined(_WIN32) && HAVE_WINDOWS
#  include <windows.h>
#elif HAVE_POSIX
#  include "posix/api.h" /* why */
#else
#include_next <api.h>
#endif

// #include "commented.h"
/*
#include "commented_too.h"
*/

const char *text = "\
#include \"quoted.h\"";
#include GENERATED_HEADER
#define LONG(x)   \
    before(x);    \
    after((x) + OTHER)

static const int rows[] = {
#include "rows.inc"
};

API_CALL(int) exported(int a);
BEGIN_DECLARATIONS
int plain(void) NO_THROW_MARK;
END_DECLARATIONS

#ifdef __cplusplus
}
#endif
#endif
