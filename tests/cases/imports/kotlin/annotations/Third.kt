package marks

@Third
fun third() = 3
