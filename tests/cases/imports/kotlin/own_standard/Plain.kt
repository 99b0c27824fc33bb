package outcome

// No Result in sight: a list's map.
fun doubled(all: List<Int>) = all.map { it * 2 }
