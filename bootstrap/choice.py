"""Which engine, and why: the first that works, or the one that is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bootstrap.errors import Refused
from bootstrap.settings import Kind


@dataclass(frozen=True)
class Verdict:
    """Whether one kind of engine works here, with the reason."""

    works: bool
    why: str = ""


@dataclass(frozen=True)
class Choice:
    """The decision, as it is told in one line."""

    kind: Kind
    why: str

    def __str__(self) -> str:
        return f"{self.kind} engine ({self.why})"


def choose(forced: Kind | None, probes: Mapping[Kind, Callable[[], Verdict]]) -> Choice:
    """Ask one probe after the other, only as far as needed."""
    if forced:
        verdict = probes[forced]()
        if not verdict.works:
            raise Refused(f"DAGGERW_ENGINE={forced} was asked for, but {verdict.why}")
        return Choice(forced, f"DAGGERW_ENGINE={forced}")
    failed: list[str] = []
    for kind, probe in probes.items():
        verdict = probe()
        if verdict.works:
            return Choice(kind, "; ".join(filter(None, (*failed, verdict.why))))
        failed.append(verdict.why)
    raise Refused(f"no engine works here: {'; '.join(failed)}")
