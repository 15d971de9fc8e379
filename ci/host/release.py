"""The releases of a host: numbered records that the host itself keeps, and what is learned of them later."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, Self

from attrs import evolve, field, frozen
from cattrs import BaseValidationError, structure, unstructure

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

    def to_json(self) -> str:
        """The record as the host keeps it: the state on a line of its own, for the host to replace."""
        return json.dumps(unstructure(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a record; raise `ValueError` for one that is not whole."""
        try:  # keys that it does not know are passed over: the record may be of a newer checkout
            return structure(dict(json.loads(text)), cls)
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
            return cls(dict(json.loads(text)))
        except (TypeError, ValueError):
            return cls()

    def to_json(self) -> str:
        """The file's text."""
        return json.dumps(self.data, indent=1)

    def smoke(self, number: int) -> str:
        """How people could use a release: green, red, or red before; nothing when nobody looked."""
        return str(self.data.get("smoke", {}).get(str(number), ""))

    def with_smoke(self, number: int, status: str) -> Self:
        """The same with how people could use a release."""
        return evolve(self, data={**self.data, "smoke": {**self.data.get("smoke", {}), str(number): status}})


def folder_of(number: int) -> str:
    """The name of a release's folder; they sort by number."""
    return f"{number:06d}"
