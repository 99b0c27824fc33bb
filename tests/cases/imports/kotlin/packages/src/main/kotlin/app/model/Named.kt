package app.model

interface Named {
    val name: String
}

interface Priced

class NoPrice : Priced
