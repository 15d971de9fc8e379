"""Deploys to a plain Docker host over SSH: facts, a plan, and a switch that ends all new or all old."""

from importlib.resources import files


def script(*parts: str) -> str:
    """The shell scripts of this folder that run on a host, by name, one behind the other."""
    return "\n".join((files(__package__) / f"{part}.sh").read_text(encoding="utf-8") for part in parts)
