package app.text

annotation class Style {
    enum class Weight { BOLD }
}
