@file:JvmName("Quotes")

package loans

fun String.quoted() = "'$this'"
