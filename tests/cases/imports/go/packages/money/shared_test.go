package money_test

func shared() {}
