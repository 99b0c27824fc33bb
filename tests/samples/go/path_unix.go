//go:build !windows

package main

import (
	"os"
	"path/filepath"
)

func listPath() string { return filepath.Join(os.Getenv("HOME"), ".tasks.json") }
