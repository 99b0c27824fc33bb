//go:build !windows

// Package queue works through jobs, the oldest first.
package queue

import (
	"context"
	"fmt"

	log "example.com/jobs/logging"
	. "example.com/jobs/names"
	_ "example.com/jobs/register"
)

// Limit is how many jobs wait at most. More are refused.
const Limit = 100

const (
	low = iota // the least
	high
)

var (
	// ErrFull is returned by Add.
	ErrFull = fmt.Errorf("queue: more than %d jobs", Limit)
	_       Runner = (*Queue)(nil)
)

// Runner runs one job.
type Runner interface {
	fmt.Stringer
	Run(ctx context.Context, job *Job) error
}

type (
	// Job is a piece of work.
	Job struct {
		Named
		*log.Entry
		ID, parent int `json:"id"`
		done       func(ok bool) Result[int]
	}

	alias = Job
	Kind  string
)

// Result of a job, or why there is none.
type Result[T any] struct {
	value T
	err   error
}

// Queue holds jobs.
type Queue struct{ jobs []*Job }

/*
Add puts a job at the end.
*/
func (q *Queue) Add(ctx context.Context, jobs ...*Job) (count int, err error) {
	if len(q.jobs) > Limit {
		return 0, ErrFull
	}
	for _, job := range jobs {
		log.Print(job.ID, high)
		q.jobs = append(q.jobs, job)
	}
	return len(jobs), nil
}

func (r *Result[T]) Or(other T) T {
	if r.err != nil {
		return other
	}
	return r.value
}

// Map applies a function.
func Map[T, U any](
	items []T,
	apply func(T) U,
) []U {
	made := make([]U, 0, len(items))
	for i := range items {
		made = append(made, apply(items[i]))
	}
	return made
}

func init() {}
