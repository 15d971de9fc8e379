"""What is run on a host: the shell scripts of this folder."""

from importlib.resources import files


def script(*parts: str) -> str:
    """Scripts by name, one behind the other."""
    folder = files(__package__)
    return "\n".join((folder / f"{part}.sh").read_text(encoding="utf-8") for part in parts)
