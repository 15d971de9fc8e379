"""What becomes of one service, and why: the plan says it, and the run does just that."""

from enum import StrEnum
from typing import Final

from attrs import field, frozen

from ci.lock import DEV, Image, Lock, Status
from ci.registry import Manifest
from ci.workspace import Prepared

SHOWN: Final = 19  # characters of a digest
LONGEST_CAUSE: Final = 100  # characters of a cause in a table; JSON and the report have all of it


class Action(StrEnum):
    """What a run does for one service."""

    BUILD = "build"
    REUSE = "reuse"


@frozen(kw_only=True)
class Decision:
    """The answer for one service: what a run does, with all that it needs to do it."""

    service: str
    cause: str
    inputs: str  # the inputs key
    bound: tuple[str, ...] = ()  # build arguments with values of one environment, which the image holds
    reused: Manifest | None = field(default=None, repr=False)  # of the same inputs; where there is none it is built
    keyed: bool = True  # whether `in-KEY` names that manifest, or has to again
    usual: float | None = None  # seconds of the last build that `dev` knows of

    @property
    def action(self) -> Action:
        """In a word."""
        return Action.REUSE if self.reused else Action.BUILD


@frozen
class Seen:
    """What the registry has of the very same inputs."""

    manifest: Manifest | None = None  # with all that it needs
    keyed: bool = True  # whether `in-KEY` names it; else `dev` does, and a cleanup took the key
    distrust: str = ""  # why none is reused, whatever there is


def decide(prepared: Prepared, seen: Seen, dev: Lock | None) -> Decision:
    """Reuse what the registry has; what is to be built is compared with the image behind `dev`."""
    service = prepared.service
    older = next((image for image in dev.images if image.service == service.name), None) if dev else None
    if seen.manifest:
        cause = f"same inputs as {seen.manifest.digest[:SHOWN]}"
    else:
        cause = seen.distrust or _since(prepared, dev, older)
    return Decision(
        service=service.name,
        cause=cause,
        inputs=prepared.key,
        bound=prepared.bound,
        reused=seen.manifest,
        keyed=seen.keyed,
        usual=_usual(older),
    )


def _usual(older: Image | None) -> float | None:
    if older is None:
        return None
    return older.seconds if older.status is Status.BUILT else older.usual


def _since(prepared: Prepared, dev: Lock | None, older: Image | None) -> str:
    if dev is None:
        return f"it is the first: nothing was published as {DEV}"
    named = f"{DEV} ({dev.commit})"
    if older is None:
        return f"it is new: {named} has no such service"
    if older.origin is None:
        return f"{named} does not say what its image was made from"
    since = f" since {named}"
    if cause := prepared.origin.cause(older.origin, LONGEST_CAUSE - len(since)):
        return f"{cause}{since}"
    return f"the image of these inputs, which {named} names, is gone from the registry"
