package app.text

val String.emphasis get() = "*$this*"
