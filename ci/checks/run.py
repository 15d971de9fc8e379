"""Run tests in the stage that holds them: a failure is an answer too, with the files that it left."""

from collections.abc import Awaitable
from pathlib import Path
from time import monotonic
from typing import Final

import dagger
from attrs import evolve, field, frozen
from dagger import dag

from ci.catalogue import EndToEnd, Test
from ci.cause import cause_of, lines_of, plain
from ci.checks.outcome import Outcome, Status, Tally
from ci.checks.results import Files, read, tally_of
from ci.deadline import too_long, within
from ci.errors import PipelineError
from ci.workspace import Scratch

REPORTS: Final = "reports"  # in the call's scratch folder
ATTEMPT: Final = "OIS_CFA_ATTEMPT"
# What hangs is ended inside the container, where what it said last is kept; an image without `timeout` is waited for.
LIMITED: Final = 'command -v timeout >/dev/null && exec timeout "$1" sh -c "$2"; exec sh -c "$2"'
ENDED: Final = 124  # the exit code of timeout for what it ended
GRACE: Final = 60  # seconds that the engine has to hand out what an ended command left


@frozen(kw_only=True)
class Ran:
    """An outcome with the files of the reports."""

    outcome: Outcome
    files: Files = field(factory=dict, hash=False)


async def run(  # noqa: PLR0913
    stage: Awaitable[dagger.Container],
    test: Test | EndToEnd,
    attempt: str,
    outcome: Outcome,
    scratch: Scratch,
    *,
    keep: str = "**/*.xml",
) -> Ran:
    """Wait for the stage, run the command in it and say in the outcome what came of both; `keep` matches its files."""
    started = monotonic()
    try:
        container = _executed(await within(test.deadline, stage), test, attempt)
        folder = scratch.path / REPORTS / outcome.service
        ran = await within(test.deadline + GRACE, _run(container, test, outcome, folder, keep))
    except (PipelineError, dagger.DaggerError) as fault:
        ran = Ran(outcome=evolve(outcome, status=Status.FAILED, cause=plain(str(fault))))
    return evolve(ran, outcome=evolve(ran.outcome, seconds=round(monotonic() - started, 1)))


def _executed(stage: dagger.Container, test: Test | EndToEnd, attempt: str) -> dagger.Container:
    """The stage after the command, however it ended.

    The engine answers what it has run before, red or green; another `attempt` is run anew.
    """
    # Over what a step of the Dockerfile may have left there, which tells nothing of this run.
    ready = stage.with_mounted_directory(test.reports, dag.directory())
    ready = ready.with_env_variable(ATTEMPT, attempt) if attempt else ready
    limited = ["sh", "-c", LIMITED, "sh", f"{test.deadline:.0f}", test.command]
    return ready.with_exec(limited, expect=dagger.ReturnType.ANY)


async def _run(container: dagger.Container, test: Test | EndToEnd, outcome: Outcome, folder: Path, keep: str) -> Ran:
    code = await container.exit_code()
    await container.directory(test.reports).filter(include=[keep]).export(str(folder))
    files = _files(folder)
    tally = tally_of(read(files))
    cause = _cause(code, tally, test)
    if code != 0 and not tally.failed:
        output = f"{await container.stdout()}\n{await container.stderr()}"
        last = (lines_of(output) or ["it said nothing"])[-1]
        says = f"its last output: {last}" if code == ENDED else cause_of(output, last, code)
        cause = f"{cause}: {says}"
    status = Status.FAILED if cause else Status.PASSED
    return Ran(outcome=evolve(outcome, status=status, cause=cause, tally=tally), files=files)


def _files(folder: Path) -> Files:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def _cause(code: int, tally: Tally, test: Test | EndToEnd) -> str:
    """Why the tests did not pass; a run that tested nothing has not, however it ended."""
    if tally.failed:
        return tally.faults[0] + (f", and {tally.failed - 1} more" if tally.failed > 1 else "")
    if code == ENDED:
        return f"the tests {too_long(test.deadline)}"
    if code != 0:
        return f"the tests ended with {code}"
    return "" if tally.tests else f"the command left no JUnit file with a test in {test.reports}: {test.command}"
