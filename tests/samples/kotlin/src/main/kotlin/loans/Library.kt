package loans

import loans.model.Book
import loans.model.Loan
import loans.store.Event
import loans.store.Journal
import java.time.LocalDate

/** Who has which book, by what the journal tells. */
class Library(private val journal: Journal) {
    /** The loans that have not come back, the oldest first. */
    fun loans(): List<Loan> {
        val open = LinkedHashMap<Book, Loan>()
        for (event in journal.events) {
            when (event) {
                is Event.Lent -> open[event.book] = Loan(event.book, event.to, event.on)
                is Event.Returned -> open.remove(event.book)
            }
        }
        return open.values.sortedBy { it.since }
    }

    fun late(today: LocalDate) = loans().filter { it.isLate(today) }

    companion object {
        /** How long a book may be kept. */
        const val DAYS = 28L
    }
}
