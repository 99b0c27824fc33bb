package loans

import loans.model.Loan

private const val GREETING = "Dear"

/** What a late reader is told. */
fun Loan.reminder(): String = "$GREETING ${reader.name}, please bring back ${book.title.quoted()}"
