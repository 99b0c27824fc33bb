package task

// State tells how far a task is.
type State int

const (
	Waiting State = iota
	Finished
)

func (t Task) mark() rune {
	if t.State == Finished {
		return 'x'
	}
	return ' '
}
