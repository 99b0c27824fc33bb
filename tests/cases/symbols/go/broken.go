package broken

func Whole() int { return helper() }

type Cut struct {
	Name string
	other
