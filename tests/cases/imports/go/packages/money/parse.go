package money

// Parse makes an Amount.
func Parse(s string) Amount { return Amount{cents: len(s)} }
