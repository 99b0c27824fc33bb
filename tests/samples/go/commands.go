package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"example.com/tasks/task"
)

var errUsage = errors.New("usage: tasks [add TEXT | done NUMBER]")

// apply is a list after one command.
func apply(list []task.Task, arguments []string) ([]task.Task, error) {
	if len(arguments) == 0 {
		return list, nil
	}
	switch rest := strings.Join(arguments[1:], " "); arguments[0] {
	case "add":
		return append(list, task.New(rest)), nil
	case "done":
		number, err := strconv.Atoi(rest)
		if err != nil {
			return nil, errUsage
		}
		return task.Finish(list, number)
	default:
		return nil, errUsage
	}
}

func show(out io.Writer, list []task.Task) {
	for _, each := range list {
		fmt.Fprintln(out, each)
	}
}
