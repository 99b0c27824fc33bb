package task

import "fmt"

// Open are the tasks that wait.
func Open(list []Task) []Task {
	var open []Task
	for _, each := range list {
		if each.State == Waiting {
			open = append(open, each)
		}
	}
	return open
}

// Finish marks one task of a list.
func Finish(list []Task, number int) ([]Task, error) {
	for i := range list {
		if list[i].Number == number {
			list[i].State = Finished
			return list, nil
		}
	}
	return nil, fmt.Errorf("no task %d", number)
}
