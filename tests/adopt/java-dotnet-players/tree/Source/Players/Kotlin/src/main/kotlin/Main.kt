fun main() = println("paper")
