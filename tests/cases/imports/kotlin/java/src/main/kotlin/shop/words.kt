@file:JvmName("Words")

package shop.text

fun quoted(text: String) = "'$text'"
