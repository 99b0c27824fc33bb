package engine

type Other struct{}

func (o Other) Start() {}
func (o Other) Fit()   {}
func (o Other) Roll()  {}
