package outcome

// What an alias stands for is mentioned with it.
fun next(one: Outcome<Int>) = one.map { it + 1 }
