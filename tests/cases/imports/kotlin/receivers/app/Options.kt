package app

class Options(var amount: Size)
