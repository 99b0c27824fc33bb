package odd

/** Words and line breaks that the grammar alone does not read. */
actual class Outer {
    class Builder
    @PublishedApi internal constructor(val name: String, private val lines: List<String>) : Base<Builder>() {
        actual val size
            @JvmName("size")
            get() = lines.size
    }

    annotation class Marks(val of: Array<KClass<*>> = [], val first: Int)

    fun route() {
        val found by lazy { 1 }

        get("/") { found }
        inline = true
        open(1)
        lines[
            0,
        ].trim()
    }
}
