package outcome

fun Result<Int>.twice(): Result<Int> = map { it * 2 }
