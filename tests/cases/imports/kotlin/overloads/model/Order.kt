package model

class Order(val number: Int)
