package engine

import (
	"net/http"

	"example.com/works/parts"
)

func (e *Engine) Report(first *parts.Wheel) *http.Response {
	for _, wheel := range e.wheels {
		wheel.Roll()
	}
	shared.Roll()
	var any interface{} = first
	switch kind := any.(type) {
	case *base:
		kind.Start()
	}
	return nil
}

var shared = parts.Make()
