package app

import mappers.toRow
import model.User

// Of the extensions called toRow, the one for what this file names.
fun rows(users: List<User>) = users.map { it.toRow() }
