// Package store keeps tasks between runs.
package store

import "example.com/tasks/task"

// Store is where a list is kept.
type Store interface {
	Load() ([]task.Task, error)
	Save(list []task.Task) error
}

// Open is a store in a file, or in memory where there is no path.
func Open(path string) Store {
	if path == "" {
		return &memory{}
	}
	return &file{path: path}
}

func numbered(list []task.Task) []task.Task {
	for i := range list {
		list[i].Number = i + 1
	}
	return list
}
