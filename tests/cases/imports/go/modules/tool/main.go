package main

import (
	"example.com/alone/sub"
	api "example.com/api/v2"
	"example.com/forked"
	"example.com/outside"
	"example.com/patched"
	"example.com/vendored/lib"
	"example.com/toolbox"
)

var _ = []any{api.Zero, forked.Name, sub.Name, outside.Name, patched.Name, lib.Name, toolbox.Name}
