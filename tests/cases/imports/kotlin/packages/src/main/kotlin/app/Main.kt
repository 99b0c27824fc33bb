package app

import app.model.*
import app.text.join as joined
import app.text.Style.Weight
import app.deep.Tool.Companion.make
import app.text.emphasis
import kotlin.math.max

fun main() {
    val customer = Customer("x".shout(), limit)
    joined(listOf(customer), Weight.BOLD)
    val store: app.disk.Store = app.disk.FileStore()
    make()
    Registry.add(customer)
    "y".emphasis
}
