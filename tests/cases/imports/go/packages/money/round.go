package money

func (a Amount) round() Amount { return a }
