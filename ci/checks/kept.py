"""What passed is kept in the registry, as an image beside the lock: no later run of the same inputs runs it again."""

from datetime import UTC, datetime
from typing import Final

from attrs import evolve
from cattrs import BaseValidationError, structure

from ci import jsons
from ci.checks.outcome import Outcome, Status
from ci.checks.run import Ran
from ci.errors import PipelineError
from ci.progress import say
from ci.registry import Registry, parcel
from ci.report import json_of

NAME: Final = "ci/tests"
OUTCOME: Final = "outcome.json"
REPORTS: Final = "reports/"


async def find(registry: Registry, service: str, key: str, *, commit: str = "", same: str = "inputs") -> Ran | None:
    """What passed under the same key; None also for what cannot be read, which is then run again.

    It is as good as new for the `commit` at which it passed; to others it says in which job, with the `same` what.
    """
    ran = await read(registry, service, key)
    if ran is None or (commit and commit == ran.outcome.commit):
        return ran
    outcome = ran.outcome
    place = f", in {outcome.job}" if outcome.job else f", at {outcome.commit}" if outcome.commit else ""
    cause = f"passed before with the same {same}{place}"
    reused = evolve(outcome, status=Status.REUSED, cause=cause, began=None, memory=None, seconds=0)
    return evolve(ran, outcome=reused)


async def read(registry: Registry, service: str, key: str) -> Ran | None:
    """What a run of a service left under a key; None when it left nothing that can be read."""
    try:
        files = await parcel.fetch(registry, NAME, f"{service}-{key}")
        if not files:
            return None
        outcome = structure(jsons.loads(files[OUTCOME]), Outcome)
    except (ValueError, TypeError, KeyError, BaseValidationError):
        return None
    reports = {path.removeprefix(REPORTS): text for path, text in files.items() if path.startswith(REPORTS)}
    return Ran(outcome=outcome, files=reports)


async def write(registry: Registry, ran: Ran, key: str) -> None:
    """Keep a run of a service under a key; who may not push is told, and has his answer all the same."""
    outcome = ran.outcome
    reports = {f"{REPORTS}{path}": content for path, content in ran.files.items()}
    files = {OUTCOME: json_of(outcome).encode(), **reports}
    try:
        created = datetime.now(UTC).isoformat(timespec="seconds")
        await parcel.send(registry, NAME, f"{outcome.service}-{key}", files, created)
    except PipelineError as fault:
        refused = f"{outcome.service} {outcome.status}, which is not kept for later calls: {fault}"
        say(refused)
