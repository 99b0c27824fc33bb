package app

import app.parts.close

class Reader {
    val buffer: Buffer? = null

    fun end() = close()

    // A name that is not called is none of the functions.
    fun reset(options: Options) = options.apply { limit = 3 }
}
