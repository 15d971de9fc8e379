plugins {
    kotlin("jvm") version "2.1.0"
    id("org.springframework.boot") version "3.4.1"
}
version = "1.0"
repositories { mavenCentral() }
