"""What a report says, before it is written in any form."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import accumulate
from typing import Final

from attrs import frozen

STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)  # seconds between two marks of the time axis
MARKS: Final = 6  # at most
LAST_MARK: Final = 0.87  # of the axis


class Tone(StrEnum):
    """How something went, as a colour shows it."""

    GOOD = "good"
    CALM = "calm"  # nothing was to be done
    WARN = "warn"
    BAD = "bad"


@frozen
class Bar:
    """A stretch of time, in seconds after the begin; `word` says what was done in it."""

    word: str
    start: float
    end: float
    tone: Tone

    @property
    def says(self) -> str:
        """The bar in words."""
        return f"{self.word} from {self.start:g} s to {self.end:g} s"


@frozen(kw_only=True)
class Row:
    """One service."""

    name: str
    status: str
    tone: Tone
    cause: str
    seconds: float = 0
    cells: tuple[str, ...] = ()  # one for each head of the page
    old: str = ""  # digests
    new: str = ""
    bars: tuple[Bar, ...] = ()


@frozen(kw_only=True)
class Curve:
    """An amount over time, and the limit that it kept to; both are said in words too."""

    points: tuple[tuple[float, int], ...]  # from this second on so much
    limit: int
    peak_says: str
    limit_says: str

    @property
    def top(self) -> float:
        """The amount at the upper edge of the picture."""
        return max((self.limit, *(amount for _, amount in self.points))) * 1.1


@frozen(kw_only=True)
class Page:
    """One report; each of its views says all of it."""

    suite: str  # what GitLab calls the tests of this page
    title: str
    tone: Tone
    verdict: str
    facts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()  # of the whole; a row has its own cause
    heads: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    curve: Curve | None = None
    log: tuple[str, ...] = ()

    @property
    def legend(self) -> Mapping[str, Tone]:
        """What the colours of the bars mean."""
        return {bar.word: bar.tone for row in self.rows for bar in row.bars}

    @property
    def seconds(self) -> float:
        """The length of the time axis; 0 when nothing is known of times."""
        return max((bar.end for row in self.rows for bar in row.bars), default=0)

    @property
    def marks(self) -> tuple[int, ...]:
        """Round seconds to mark on the time axis, which has room for a word behind each."""
        step = next((step for step in STEPS if self.seconds / step <= MARKS), STEPS[-1])
        return tuple(mark for mark in range(0, int(self.seconds) + 1, step) if mark <= LAST_MARK * self.seconds)


def bars_of(word: str, began: float | None, seconds: float, tone: Tone) -> tuple[Bar, ...]:
    """The one bar of what was done at a stretch; none where nobody knows when it began."""
    return (Bar(word, began, round(began + seconds, 1), tone),) if began is not None else ()


def short(digest: str) -> str:
    """Twelve figures of a digest; anything else as it is."""
    kind, _, figures = digest.partition(":")
    return figures[:12] if kind == "sha256" else digest


def moment(text: str) -> str:
    """An RFC 3339 time of UTC for people."""
    return text.replace("T", " ").replace("+00:00", " UTC")


def most(bars: Iterable[Bar]) -> int:
    """How many of the bars there are at once."""
    events = sorted((at, step) for bar in bars for at, step in ((bar.start, 1), (bar.end, -1)))
    return max(accumulate(step for _, step in events), default=0)
