"""What passed is kept in the registry, as an image beside the lock: no later run of the same inputs runs it again."""

import json
import sys
from functools import cache
from typing import Final

from attrs import evolve
from cattrs import BaseValidationError, Converter

from ci.checks.outcome import Outcome, Status
from ci.checks.run import Ran
from ci.errors import PipelineError
from ci.registry import Registry, parcel

NAME: Final = "ci/tests"
OUTCOME: Final = "outcome.json"
REPORTS: Final = "reports/"


async def find(registry: Registry, service: str, inputs: str, commit: str) -> Ran | None:
    """What passed with the very same inputs; None also for what cannot be read, which is then run again."""
    ran = await read(registry, _tag(service, inputs))
    if ran is None:
        return None
    of_this_commit = ran.outcome.commit and ran.outcome.commit == commit
    return ran if of_this_commit else evolve(ran, outcome=_reused(ran.outcome))


async def keep(registry: Registry, ran: Ran) -> None:
    """Keep what passed; who may not push is told, and has his answer all the same."""
    if ran.outcome.status is Status.PASSED:
        await write(registry, ran, _tag(ran.outcome.service, ran.outcome.inputs))


async def read(registry: Registry, tag: str) -> Ran | None:
    """What a run left under a tag; None when it left nothing that can be read."""
    try:
        files = await parcel.fetch(registry, NAME, tag)
        if not files:
            return None
        outcome = _converter().structure(json.loads(files[OUTCOME]), Outcome)
    except (ValueError, TypeError, KeyError, BaseValidationError):
        return None
    reports = {path.removeprefix(REPORTS): text for path, text in files.items() if path.startswith(REPORTS)}
    return Ran(outcome=outcome, files=reports)


async def write(registry: Registry, ran: Ran, tag: str) -> None:
    """Keep a run under a tag; who may not push is told."""
    reports = {f"{REPORTS}{path}": content for path, content in ran.files.items()}
    record = json.dumps(_converter().unstructure(ran.outcome), indent=2).encode()
    try:
        await parcel.send(registry, NAME, tag, {OUTCOME: record, **reports})
    except PipelineError as fault:
        told = f"{ran.outcome.service} {ran.outcome.status}, which is not kept for later calls: {fault}"
        print(told, file=sys.stderr, flush=True)


def _tag(service: str, inputs: str) -> str:
    return f"{service}-{inputs}"


def _reused(outcome: Outcome) -> Outcome:
    cause = f"the same inputs passed at {outcome.commit}" if outcome.commit else "the same inputs passed before"
    return evolve(outcome, status=Status.REUSED, cause=cause, began=None, memory=None, seconds=0)


@cache
def _converter() -> Converter:
    return Converter()
