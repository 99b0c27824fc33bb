package mappers

import model.User

fun User.toRow() = name
