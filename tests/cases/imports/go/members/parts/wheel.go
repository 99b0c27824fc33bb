package parts

type Wheel struct {
	Rim Rim
}

func Make() *Wheel {
	made := new(Wheel)
	made.Rim.Polish()
	return made
}
