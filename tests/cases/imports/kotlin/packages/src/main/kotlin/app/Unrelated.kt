package app

class Unrelated {
    val limit = 3

    fun shout() = limit

    // A member and a local hide the package's limit and shout.
    fun use(): Int {
        val main = limit
        return main + shout()
    }
}
