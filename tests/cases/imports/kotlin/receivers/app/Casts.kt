package app

// Options has a method of that name, but this is told to be a Stream.
fun casts(options: Options) = (options as Stream).reset()
