package money_test

import "example.com/shop/money"

func outside() { money.Hidden(money.Parse("")); shared() }
