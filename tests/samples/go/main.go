// Command tasks keeps a list of what is to be done.
package main

import (
	"fmt"
	"os"

	"example.com/tasks/store"
	"example.com/tasks/task"
)

func main() {
	if err := run(store.Open(listPath()), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "tasks:", err)
		os.Exit(1)
	}
}

// run does what the arguments say and shows the list.
func run(kept store.Store, arguments []string) error {
	list, err := kept.Load()
	if err != nil {
		return err
	}
	list, err = apply(list, arguments)
	if err != nil {
		return err
	}
	show(os.Stdout, task.Open(list))
	return kept.Save(list)
}
