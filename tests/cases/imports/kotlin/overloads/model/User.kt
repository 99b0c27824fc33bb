package model

class User(val name: String)
