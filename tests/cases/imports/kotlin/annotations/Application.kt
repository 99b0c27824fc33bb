package main

import marks.First

@Suppress("unused")
@First
open class Application protected constructor() {
    fun start() = 1

    companion object {
        fun create() = Application()
    }
}
