package main

import (
	"fmt"

	"example.com/shop/money"
	stock "example.com/shop/internal/store"
	_ "example.com/shop/drivers"
	"example.com/other"
)

func main() {
	fmt.Println(money.Parse("1"), start(stock.Open()), other.Thing)
}
