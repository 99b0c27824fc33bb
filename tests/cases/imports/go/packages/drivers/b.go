package drivers

import "example.com/shop/internal/store"

var open = warehouse.Open
