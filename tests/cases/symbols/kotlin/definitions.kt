@file:JvmName("Orders")

package shop.orders

/** How many lines there may be. */
const val LIMIT = 10

private var count = 0

// One of two.
val (left, right) = split()

/**
 * An order, with its [lines]. It may be empty.
 */
@Stored
data class Order<T : Item>(
    val lines: List<T>,
    private var paid: Boolean = false,
    note: String,
) : Record(note), Comparable<Order<T>> {
    /** When it was made. */
    val made: Long
        get() = clock()

    lateinit var owner: Customer

    init {
        val local = note.trim()
        check(local)
    }

    constructor(line: T) : this(listOf(line), note = "")

    override fun compareTo(other: Order<T>): Int {
        fun size(of: Order<T>) = of.lines.size
        return size(this) - size(other)
    }

    inner class Line {
        val number = 1
    }

    companion object {
        fun empty() = Order<Item>(emptyList(), note = "")
    }

    enum class State(val text: String) {
        OPEN("open"),

        /** On its way. */
        SENT("sent") {
            override fun next() = OPEN
        };

        abstract fun next(): State
    }
}

sealed interface Priced {
    val price: Long
    fun reduce(by: Int): Priced
}

object Registry : Store by FileStore() {
    private val all = mutableListOf<Order<*>>()
}

interface Check { fun passes(order: Order<*>): Boolean }

typealias Orders<T> = List<Order<T>>

/** All that is to pay. */
fun <T : Item> Orders<T>.total(): Long =
    sumOf { it.price }

var Order<*>.first: Item
    get() = lines.first()
    set(value) = store(value)

private class Hidden
