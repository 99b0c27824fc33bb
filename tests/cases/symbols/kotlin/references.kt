package app

@Service(name = Names.MAIN)
class Uses<T : Bound>(input: Input, val size: Int = Limits.SIZE) : Base(input), Face, app.other.Side<T> by side {
    private val limit: Limit? = Limit.of(size)

    fun run(vararg rest: T, then: (Input, times: Int) -> Unit): List<T> where T : Any {
        val all = HashMap<String, Thing>()
        for ((key, entry) in all) entry.use(key)
        try {
            load(rest).read()
        } catch (problem: app.Late) {
            problem.show()
        }
        rest.map { it.name }.filter(::good).forEach { one: T -> one.go(limit) }
        val made = object : Thing(limit), Face {
            val inside = 1
            fun twice() = inside + size
        }
        when (val kind = made.kind) {
            in Limits.RANGE, Color.RED -> 2
            is Wide -> kind.width
            !is app.Narrow<*> -> 3
            else -> throw Failure("no $kind of ${Names.MAIN} at $place")
        }
        named(times = 2, limit = limit) until all
        val second by lazy { Second::class.java to Second::name }
        this@Uses.size
        super<Face>.go()
        val text = limit!!.next?.name ?: made as? Wide
        return@run app.deep.Tool.start<Wide>(second)[text]
    }
}
