package app.deep

class Tool private constructor() {
    companion object {
        fun make() = Tool()
    }
}
