// Copyright: nobody.

// Package stock knows what there is.
package stock

import (
	"fmt"

	"example.org/shop/parts"
)

const (
	Small = iota
	Large
)

var limit = 100

// Stock has all parts, by name.
type Stock struct {
	parts map[string]parts.Part
	name  string
}

type Finder interface {
	Find(name string) (*parts.Part, error)
}

// New makes an empty stock.
func New(name string) *Stock {
	return &Stock{name: name}
}

func (s *Stock) Find(name string) (*parts.Part, error) {
	part, found := s.parts[name]
	if !found {
		return nil, fmt.Errorf("no %s", name)
	}
	return &part, nil
}
