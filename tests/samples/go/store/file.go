package store

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"

	"example.com/tasks/task"
)

type file struct{ path string }

func (f *file) Load() (list []task.Task, err error) {
	data, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &list)
	}
	return list, err
}

func (f *file) Save(list []task.Task) error {
	data, err := json.MarshalIndent(numbered(list), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(f.path, data, 0o600)
}
