package shop.stock

import shop.parts.Part
import shop.log as write

const val LIMIT = 100

/** All parts, by name. */
class Stock(
    private val name: String,
    val parts: MutableMap<String, Part> = mutableMapOf(),
) : Finder {
    val size: Int
        get() = parts.size

    init {
        write(name)
    }

    override fun find(name: String): Part? {
        return parts[name]
    }

    fun has(name: String) = find(name) != null

    companion object {
        /** Makes an empty stock. */
        fun empty(): Stock {
            return Stock("")
        }
    }
}

interface Finder {
    fun find(name: String): Part?
}

data class Size(val width: Int, val height: Int)

enum class Kind { SMALL, LARGE }

fun Stock.twice(): Int {
    return 2 * size
}
