package main

import (
	"os"
	"path/filepath"
)

func listPath() string { return filepath.Join(os.Getenv("APPDATA"), "tasks.json") }
