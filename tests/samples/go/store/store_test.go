package store

import (
	"path/filepath"
	"testing"

	"example.com/tasks/task"
)

func TestWhatIsSavedIsLoaded(t *testing.T) {
	for _, path := range []string{"", filepath.Join(t.TempDir(), "list.json")} {
		kept := Open(path)
		if err := kept.Save([]task.Task{task.New("read")}); err != nil {
			t.Fatal(err)
		}
		list, err := kept.Load()
		if err != nil || len(list) != 1 || list[0].Number != 1 {
			t.Errorf("%q: %v, %v", path, list, err)
		}
	}
}
