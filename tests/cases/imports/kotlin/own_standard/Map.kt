package outcome

fun <T, U> Result<T>.map(change: (T) -> U): Result<U> = Result(change(value))
