"""The releases of a host: numbered records that the host itself keeps, and what is learned of them later."""

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final, Self

from attrs import evolve, field, frozen
from cattrs import BaseValidationError, structure, unstructure

from ci import jsons
from ci.host.stack import HostedService

FOLDER: Final = ".releases"
RED: Final = "red"  # of a release that was well, and that people could not use


class State(StrEnum):
    """How a release ended."""

    SWITCHING = "switching"  # or interrupted, when nobody holds the lock
    HEALTHY = "healthy"
    ROLLED_BACK = "rolled-back"
    BROKEN = "broken"  # neither it nor the one before is healthy
    INTERRUPTED = "interrupted"


@frozen(kw_only=True)
class Release:
    """One switch of a host: what it was to run, and what came of it."""

    number: int
    state: State
    commit: str  # of the lock, or of the release that a rollback went back to
    locked: str  # when the lock was made, RFC 3339
    order: int | None  # the pipeline's number, when one deployed
    began: str
    by: str
    run: str  # the token of its processes and of its journal
    smoke: str = ""  # green, red, or red before; nothing when it was not run; an older record has none
    images: Mapping[str, str] = field(factory=dict, hash=False)  # every service that runs after it, canonical reference
    changed: tuple[str, ...] = ()
    # An older record has none of these.
    services: tuple[HostedService, ...] = ()  # that the host runs by it
    project: str = ""
    before: Mapping[str, str] = field(factory=dict, hash=False)  # what ran in the place of each that changed
    causes: Mapping[str, str] = field(factory=dict, hash=False)  # why each of them changed
    stand_ins: tuple[str, ...] = ()  # base images that are stand-ins
    red_before: tuple[str, ...] | None = None  # smoke checks that failed before the switch; None when none was made

    def to_json(self) -> str:
        """The record as the host keeps it: the state on a line of its own, for the host to replace."""
        return json.dumps(unstructure(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a record; raise `ValueError` for one that is not whole."""
        try:  # keys that it does not know are passed over: the record may be of a newer checkout
            return structure(dict(jsons.loads(text)), cls)
        except (TypeError, BaseValidationError) as fault:
            raise ValueError(str(fault)) from None


@frozen
class Learned:
    """What is learned after a switch, in `.releases/state.json`; keys of a newer version of the pipeline stay in it."""

    data: Mapping[str, Any] = field(factory=dict, hash=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read the file; one that is not whole is nothing."""
        try:
            data = dict(jsons.loads(text))
        except (TypeError, ValueError):
            return cls()
        shapes = {"smoke": dict, "newest": dict, "withdrawn": list}
        return cls(data) if all(isinstance(data.get(key, kind()), kind) for key, kind in shapes.items()) else cls()

    def to_json(self) -> str:
        """The file's text."""
        return json.dumps(self.data, indent=1)

    @property
    def withdrawn(self) -> frozenset[int]:
        """The releases that a rollback left: only `--to` brings one back."""
        return frozenset(self.data.get("withdrawn", ()))

    def of(self, release: Release) -> Release:
        """A release with what was learned of it: its smoke, and the newer lock that was deployed without a change."""
        newest = self.data.get("newest", {}).get(str(release.number), {})
        smoke = self.data.get("smoke", {}).get(str(release.number), release.smoke)
        return evolve(release, smoke=smoke, **newest)

    def with_smoke(self, number: int, status: str) -> Self:
        """The same with how people could use a release: green, red, or red before."""
        return self._with("smoke", number, status)

    def with_newest(self, number: int, *, order: int | None, locked: str) -> Self:
        """The same with the pipeline's number and the date of a newer lock that a release meets without a change."""
        return self._with("newest", number, {"order": order, "locked": locked})

    def with_withdrawn(self, numbers: Iterable[int]) -> Self:
        """The same with more releases that a rollback left."""
        return evolve(self, data={**self.data, "withdrawn": sorted(self.withdrawn.union(numbers))})

    def _with(self, key: str, number: int, value: Any) -> Self:
        return evolve(self, data={**self.data, key: {**self.data.get(key, {}), str(number): value}})


def folder_of(number: int) -> str:
    """The name of a release's folder; they sort by number."""
    return f"{number:06d}"
