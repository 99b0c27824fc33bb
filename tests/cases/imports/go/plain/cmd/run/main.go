package main

import "github.com/someone/project/pkg/work"

func main() { work.Do() }
