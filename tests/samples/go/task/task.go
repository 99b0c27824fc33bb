// Package task says what a task is.
package task

import "fmt"

// Task is one thing to do.
type Task struct {
	Number int    `json:"number"`
	Text   string `json:"text"`
	State  State  `json:"state"`
}

// New is an open task; its number is given when it is saved.
func New(text string) Task { return Task{Text: text, State: Waiting} }

func (t Task) String() string {
	return fmt.Sprintf("%3d [%c] %s", t.Number, t.mark(), t.Text)
}
