package engine

type base struct{}

func (b base) Start() {}
