package half

import half.Done

fun good(): Done = Done()

/** A class that the grammar cannot read, for its line break. */
actual class Whole
internal actual constructor(
    val done: Done,
) : Base() {
    val more = Done()

    fun after() = done.go()
}
