#include "extra.inc"
