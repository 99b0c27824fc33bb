package app.model

data class Customer(val name: String, val limit: Int) : Named, Priced by NoPrice()

typealias Customers = List<Customer>
