#include "tree.h"

#ifndef TREE_MALLOC_INCLUDE
#define TREE_MALLOC_INCLUDE "tree_malloc.h"
#endif
#include TREE_MALLOC_INCLUDE

#ifdef WIDE
#  define TABLE <wide.h> /* of 64 bits */
#else
#  define TABLE <narrow.h>
#endif
#include TABLE // whichever it is

#include CONFIG_FILE
#define LATER "later.h"
