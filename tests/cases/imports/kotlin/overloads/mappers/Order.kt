package mappers

import model.Order

fun Order.toRow() = number
