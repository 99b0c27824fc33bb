package loans.store

import loans.model.Book
import loans.model.Reader
import java.time.LocalDate

/** All that happened, in order. */
class Journal(val events: List<Event>) {
    companion object {
        /** Lines such as `2024-05-01 lent Emma to Ann` and `2024-05-08 returned Emma`. */
        fun ofLines(lines: List<String>) = Journal(lines.map(::event))

        private fun event(line: String): Event {
            val (date, verb, rest) = line.split(" ", limit = 3)
            val on = LocalDate.parse(date)
            return when (verb) {
                "lent" -> Event.Lent(Book(rest.substringBeforeLast(" to ")), readerOf(rest), on)
                "returned" -> Event.Returned(Book(rest), on)
                else -> throw BadLine(line)
            }
        }

        private fun readerOf(rest: String) = Reader(rest.substringAfterLast(" to "))
    }
}
