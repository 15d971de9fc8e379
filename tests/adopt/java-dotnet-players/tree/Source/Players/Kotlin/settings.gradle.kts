rootProject.name = "kotlin-player"
