package loans.model

import loans.Library
import java.time.LocalDate

data class Book(val title: String)

data class Loan(val book: Book, val reader: Reader, val since: LocalDate) {
    val due: LocalDate get() = since.plusDays(Library.DAYS)

    fun isLate(today: LocalDate) = today > due
}
