package engine

import "example.com/works/parts"

type Engine struct {
	base
	wheels map[string]*parts.Wheel
}

func New() (*Engine, error) {
	return &Engine{}, nil
}

func (e *Engine) Spare(name string) *parts.Wheel {
	return e.wheels[name]
}
