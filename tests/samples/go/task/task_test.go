package task_test

import (
	"testing"

	"example.com/tasks/task"
)

func TestAFinishedTaskIsNotOpen(t *testing.T) {
	list := []task.Task{{Number: 1, Text: "water the plants"}, {Number: 2, Text: "read"}}
	list, err := task.Finish(list, 1)
	if err != nil {
		t.Fatal(err)
	}
	if open := task.Open(list); len(open) != 1 || open[0].String() != "  2 [ ] read" {
		t.Errorf("open: %v", open)
	}
}
