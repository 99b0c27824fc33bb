#include <stdio.h>
#include <assert.h>
#include <wchar.h>
