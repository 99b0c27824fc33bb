package outcome

typealias Outcome<T> = Result<T>
