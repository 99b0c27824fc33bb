package app.text

import app.model.Customers

fun join(customers: Customers, weight: Style.Weight) = customers.joinToString { it.name }
