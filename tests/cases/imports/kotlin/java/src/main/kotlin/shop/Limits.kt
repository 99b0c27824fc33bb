package shop

object Limits
