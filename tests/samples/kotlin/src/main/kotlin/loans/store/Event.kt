package loans.store

import loans.model.Book
import loans.model.Reader
import java.time.LocalDate

sealed interface Event {
    val book: Book
    val on: LocalDate

    data class Lent(override val book: Book, val to: Reader, override val on: LocalDate) : Event

    data class Returned(override val book: Book, override val on: LocalDate) : Event
}
