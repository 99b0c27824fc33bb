package loans.store

import loans.quoted

class BadLine(line: String) : IllegalArgumentException("${line.quoted()} tells nothing")
