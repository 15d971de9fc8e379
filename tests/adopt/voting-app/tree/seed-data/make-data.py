for choice in "ab":
    with open(f"post{choice}", "w") as file:
        file.write(f"vote={choice}")
