package outcome

class Result<T>(val value: T)
