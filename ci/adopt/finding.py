"""What a check finds."""

from enum import StrEnum

from attrs import frozen


class Level(StrEnum):
    """Whether a finding is in the way."""

    FAULT = "fault"  # a build or a deploy would fail, or bring something broken
    WARNING = "warning"


@frozen
class Finding:
    """One place of the repository, what is wrong there, and what to do."""

    level: Level
    place: str  # file:line
    what: str
    mend: str = ""  # the check's own when empty


def fault(place: str, what: str, mend: str = "") -> Finding:
    """A finding that must be mended."""
    return Finding(Level.FAULT, place, what, mend)


def warning(place: str, what: str, mend: str = "") -> Finding:
    """A finding to think about."""
    return Finding(Level.WARNING, place, what, mend)
