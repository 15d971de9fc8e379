"""What becomes of one service, and why: the plan says it, and the run does just that."""

from enum import StrEnum
from typing import Final

from attrs import frozen

from ci.lock import DEV, Lock
from ci.registry import Manifest
from ci.workspace import Prepared

SHOWN: Final = 19  # characters of a digest
UNPUBLISHED: Final = "no image of these inputs was published"


class Action(StrEnum):
    """What a run does for one service."""

    BUILD = "build"
    REUSE = "reuse"


@frozen
class Decision:
    """The answer for one service."""

    service: str
    action: Action
    cause: str
    inputs: str  # the inputs key
    bound: tuple[str, ...] = ()  # build arguments with values of one environment, which the image holds


@frozen
class Seen:
    """What the registry has of the very same inputs."""

    whole: Manifest | None = None  # the one to reuse
    keyed: bool = True  # whether `in-KEY` names it; else `dev` does, and a cleanup took the key
    distrust: str = ""  # why none is reused, whatever there is


def decide(one: Prepared, seen: Seen, dev: Lock | None) -> Decision:
    """Reuse what is whole; what is to be built is compared with the image behind `dev`."""
    if seen.whole:
        action, cause = Action.REUSE, f"same inputs as {seen.whole.digest[:SHOWN]}"
    else:
        action, cause = Action.BUILD, seen.distrust or _since(one, dev)
    return Decision(one.service.name, action, cause, one.key, one.bound)


def _since(one: Prepared, dev: Lock | None) -> str:
    if dev is None:
        return f"{UNPUBLISHED}, and there is no {DEV} to compare with"
    named = f"{DEV} ({dev.commit})"
    older = next((image for image in dev.images if image.service == one.service.name), None)
    if older is None:
        return f"{UNPUBLISHED}, and {named} has no such service"
    if older.origin is None:
        return f"{UNPUBLISHED}, and {named} does not say what its own is made from"
    if cause := one.origin.cause(older.origin):
        return f"{cause} since {named}"
    return f"the image of these inputs, which {named} names, is gone from the registry"
