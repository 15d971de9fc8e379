"""The journal of a switch: what it noted when, as bars over time."""

import re
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Final, Self

from attrs import frozen

from ci.page.page import Bar, Tone

LINE: Final = re.compile(r"(?P<moment>\d{9,}) (?P<word>[a-z]+) ?(?P<rest>.*)")  # a killed switch may leave half a line
STARTS: Final = "started"
WATCHED: Final = "watched"
BACK: Final = "put back"
FAILED: Final = "failed"
TONES: Final = {STARTS: Tone.CALM, WATCHED: Tone.GOOD, BACK: Tone.WARN, FAILED: Tone.BAD}


def is_number(text: str) -> bool:
    """Whether it is one as the scripts write it; whoever reads a journal shows what is not as it is."""
    return text.replace(".", "", 1).isdecimal()


@frozen
class Note:
    """One line; `at` is in seconds after the first."""

    at: int
    word: str
    rest: str

    def __str__(self) -> str:
        return f"{self.at:4} s  {self.word} {self.rest}".rstrip()


@frozen
class Journal:
    """What a switch noted, in order; services are called as the compose file calls them."""

    notes: tuple[Note, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the lines that switch.sh wrote."""
        lines = [found for line in text.splitlines() if (found := LINE.fullmatch(line))]
        first = int(lines[0]["moment"]) if lines else 0
        return cls(tuple(Note(int(line["moment"]) - first, line["word"], line["rest"]) for line in lines))

    @property
    def seconds(self) -> int:
        """From the first line to the last."""
        return self.notes[-1].at if self.notes else 0

    @property
    def silent(self) -> Mapping[str, float]:
        """The seconds without an answer, by service."""
        lines = (note.rest.partition(" ") for note in self.notes if note.word == "silent")
        return {service: float(seconds) for service, _, seconds in lines if is_number(seconds)}

    @property
    def failure(self) -> str:
        """Why the way forward was given up; empty when it was not."""
        return next((note.rest for note in self.notes if note.word == "failed"), "")

    def failing(self, service: str) -> bool:
        """Whether this service was what failed."""
        return service in self.failure.split()

    def ready(self, service: str) -> int | None:
        """The seconds from a service's wave until it was well; None when it never was before the way back."""
        wave = None
        for note in takewhile(lambda note: note.word != "failed", self.notes):
            if note.word == "wave" and service in note.rest.split():
                wave = note.at
            elif note.word == "well" and note.rest == service and wave is not None:
                return note.at - wave
        return None

    def bars(self, service: str) -> Iterator[Bar]:
        """What was done with a service when: started, watched, put back."""
        doing, since, back = "", 0, False
        for note in self.notes:
            match note.word:
                case "wave" if service in note.rest.split():
                    doing, since = BACK if back else STARTS, note.at
                case "well" if note.rest == service and doing:
                    yield Bar(doing, since, note.at, TONES[doing])
                    doing = ""
                case "steady" if self.ready(service) is not None:
                    doing, since = WATCHED, note.at
                case "failed" if doing:
                    outcome = FAILED if self.failing(service) else doing
                    yield Bar(outcome, since, note.at, TONES[outcome])
                    doing = ""
                case "back":
                    back = True
        if doing:
            yield Bar(doing, since, self.seconds, TONES[doing])
