package loans.text

import loans.model.Loan
import java.time.LocalDate

typealias Rows = List<List<String>>

/** The loans in columns; a star marks those that are late. */
fun table(loans: List<Loan>, today: LocalDate): String {
    val rows: Rows = loans.map { listOf(it.book.title, it.reader.name, mark(it, today) + it.due) }
    val widths = columnWidths(rows)
    return rows.joinToString("\n") { row ->
        row.mapIndexed { column, cell -> cell.padEnd(widths[column]) }.joinToString("  ").trimEnd()
    }
}

private fun mark(loan: Loan, today: LocalDate) = if (loan.isLate(today)) "*" else ""
