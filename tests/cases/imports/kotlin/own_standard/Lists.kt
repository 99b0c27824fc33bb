package outcome

// Without a dot it is the list's own map, whatever else is mentioned.
fun List<Result<Int>>.values(): List<Int> = map { it.value }
