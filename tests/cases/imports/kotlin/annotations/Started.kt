package main

class Started : Application() {
    override fun toString() = "started"
}
