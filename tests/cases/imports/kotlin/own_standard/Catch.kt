package outcome

fun <T> runCatching(work: () -> T): Result<T> = Result(work())
