package main

import marks.First
import marks.`-Second`

@First
class Main
