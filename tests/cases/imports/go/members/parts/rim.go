package parts

type Rim struct{}

func (r *Rim) Polish() {}
