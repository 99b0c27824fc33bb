FAST = true
