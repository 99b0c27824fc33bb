package loans

import loans.store.Journal
import java.time.LocalDate

fun main() {
    val journal = Journal.ofLines(
        listOf("2024-05-01 lent Emma to Ann", "2024-05-02 lent Persuasion to Bo", "2024-05-03 returned Emma"),
    )
    val library = Library(journal)
    check(library.loans().map { it.book.title } == listOf("Persuasion"))
    check(library.late(LocalDate.parse("2024-05-30")).isEmpty())
    val late = library.late(LocalDate.parse("2024-06-01")).single()
    check(late.reminder() == "Dear Bo, please bring back 'Persuasion'")
    println("fine")
}
