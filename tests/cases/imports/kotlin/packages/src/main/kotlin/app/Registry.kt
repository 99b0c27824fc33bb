package app

import app.model.Customer

object Registry {
    fun add(customer: Customer) = helper(customer)

    // Its own, not the private one of Limits.kt.
    private fun helper(customer: Customer) = customer
}
