package loans.text

internal fun columnWidths(rows: Rows): List<Int> =
    rows.firstOrNull().orEmpty().indices.map { column -> rows.maxOf { it[column].length } }
