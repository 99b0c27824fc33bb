package api

import "example.com/api/v2/types"

var Zero types.ID
