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
    try:
        files = await parcel.fetch(registry, NAME, _tag(service, inputs))
        outcome = _converter().structure(json.loads(files[OUTCOME]), Outcome) if files else None
    except (ValueError, TypeError, KeyError, BaseValidationError):
        return None
    if files is None or outcome is None:
        return None
    reports = {path.removeprefix(REPORTS): text for path, text in files.items() if path.startswith(REPORTS)}
    of_this_commit = outcome.commit and outcome.commit == commit
    return Ran(outcome=outcome if of_this_commit else _reused(outcome), files=reports)


async def keep(registry: Registry, ran: Ran) -> None:
    """Keep what passed; who may not push is told, and has his answer all the same."""
    outcome = ran.outcome
    if outcome.status is not Status.PASSED:
        return
    reports = {f"{REPORTS}{path}": content for path, content in ran.files.items()}
    record = json.dumps(_converter().unstructure(outcome), indent=2).encode()
    try:
        await parcel.send(registry, NAME, _tag(outcome.service, outcome.inputs), {OUTCOME: record, **reports})
    except PipelineError as fault:
        print(f"{outcome.service} passed, which is not kept for later runs: {fault}", file=sys.stderr, flush=True)


def _tag(service: str, inputs: str) -> str:
    return f"{service}-{inputs}"


def _reused(outcome: Outcome) -> Outcome:
    cause = f"the same inputs passed at {outcome.commit}" if outcome.commit else "the same inputs passed before"
    return evolve(outcome, status=Status.REUSED, cause=cause, began=None, memory=None, seconds=0)


@cache
def _converter() -> Converter:
    return Converter()
