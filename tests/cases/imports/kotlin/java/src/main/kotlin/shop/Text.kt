package shop

fun title(text: String) = text.uppercase()
