"""What a check finds."""

from enum import StrEnum
from functools import partial

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


fault = partial(Finding, Level.FAULT)  # must be mended
warning = partial(Finding, Level.WARNING)  # is to be thought about
