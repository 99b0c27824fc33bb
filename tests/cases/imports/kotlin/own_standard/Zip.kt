package outcome

// The package's own Result, map and runCatching come before those that Kotlin has.
fun zip(one: Result<Int>): Result<Int> = runCatching { one }.value.map { it + 1 }
