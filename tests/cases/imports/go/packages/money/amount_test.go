package money

func check(a Amount) { Parse("").Add(a) }
