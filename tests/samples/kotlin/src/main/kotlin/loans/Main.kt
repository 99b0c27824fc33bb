package loans

import loans.model.*
import loans.store.Journal
import loans.text.table as drawn
import java.time.LocalDate

fun main(arguments: Array<String>) {
    val library = Library(Journal.ofLines(arguments.toList()))
    println(drawn(library.loans(), today = LocalDate.now()))
    library.late(LocalDate.now()).forEach { println(it.reminder()) }
}
