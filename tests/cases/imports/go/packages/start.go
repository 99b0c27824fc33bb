package main

import . "example.com/shop/money"

func start(s any) Amount { return Amount{} }
