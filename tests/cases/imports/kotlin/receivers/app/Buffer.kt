package app

import app.parts.close
import app.parts.write as put

// Without a dot, the extensions of what is around.
class Buffer : Stream {
    fun end() = close()

    fun fill() = this.put(1)
}
