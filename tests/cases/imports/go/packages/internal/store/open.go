package warehouse

func Open() any {
	money := Parse
	_ = money.Amount
	return path()
}
