"""The sequence: the exact images of a tag in the shape of a host, and the end-to-end tests against them."""

from asyncio import gather
from collections.abc import Awaitable
from time import time_ns
from typing import Final

import dagger
from attrs import evolve, frozen

from ci import lock as locks
from ci.base_images import copies_of
from ci.catalogue import Catalogue, EndToEnd
from ci.checks import kept
from ci.checks.checks import folder_of
from ci.checks.outcome import Outcome, Status
from ci.checks.run import Ran, run
from ci.e2e.environment import TestEnvironment
from ci.e2e.run import TESTS, EndToEndRun, prepare_run
from ci.e2e.tests_image import TestsImage
from ci.errors import LockMissing
from ci.lock import Lock
from ci.registry import Registry
from ci.registry.access import Access
from ci.stand_ins import refuse
from ci.workspace import Scratch, Workspace

NAME: Final = "e2e"
LEFT: Final = "left"  # in the call's scratch folder


@frozen(kw_only=True)
class EndToEndOptions:
    """What a caller asks of an end-to-end run."""

    tag: str
    job: str = ""  # the caller's, for the record
    rerun: bool = False  # also what passed before
    allow_stand_ins: bool = False


async def e2e(workspace: Workspace, access: Access, options: EndToEndOptions) -> Outcome:
    """Start the images of a tag together and test them, unless the same images passed the same tests before.

    What came of it is kept in the registry, red or green, for `report_folder`. Raise `LockMissing`, `LockIncomplete`.
    """
    catalogue = await workspace.catalogue()
    async with access.open([options.tag]) as registry:
        lock = (await locks.fetch(registry, options.tag)).or_refuse()
        refuse(lock.stand_ins, allowed=options.allow_stand_ins)
        cause = _why_not(catalogue, lock)
        outcome = Outcome(service=NAME, status=Status.UNTESTED, cause=cause, commit=lock.commit, job=options.job)
        if catalogue.e2e and not cause:
            published = {image.service: f"{image.ref}@{image.digest}" for image in lock.images}
            prepared = await prepare_run(workspace, registry, catalogue, catalogue.e2e, published)
            ran = await _test(prepared, registry, outcome, workspace.scratch, options)
        else:
            ran = Ran(outcome=outcome)
        await kept.write(registry, ran, options.tag)
    return ran.outcome


async def report_folder(scratch: Scratch, access: Access, tag: str) -> dagger.Directory:
    """The last outcome for a tag as a report, with all that the tests left behind: screenshots, traces."""
    async with access.open([tag]) as registry:
        ran = await kept.read(registry, NAME, tag)
    if ran is None:
        raise LockMissing(f"nothing was tested as a whole under {tag}: run end-to-end, or name another tag")
    for path, content in ran.files.items():
        file = scratch.path / LEFT / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    report = folder_of([ran], ran.outcome.commit)
    return report.with_directory(NAME, scratch.directory(LEFT)) if ran.files else report


def _why_not(catalogue: Catalogue, lock: Lock) -> str:
    if catalogue.e2e is None:
        return "services.toml has no table [e2e]"
    there = {one.service for one in lock.images}
    lacking = [one.name for one in catalogue.services if one.name not in there]
    return f"{lock.commit} is not the whole: it has no {', '.join(lacking)}" if lacking else ""


async def _test(
    prepared: EndToEndRun, registry: Registry, outcome: Outcome, scratch: Scratch, options: EndToEndOptions
) -> Ran:
    """Run the tests, or take what passed before; keep what passes."""
    if not options.rerun and (before := await kept.find(registry, NAME, prepared.key, same="images and tests")):
        return evolve(before, outcome=evolve(before.outcome, commit=outcome.commit))
    image = await TestsImage.find(prepared.tests, registry)
    copies, labelled = await copies_of(registry, dict.fromkeys(prepared.foreign, TESTS))
    names = (reference.partition("@")[0] for reference in labelled)
    refuse({*image.stand_ins, *names}, allowed=options.allow_stand_ins)
    attempt, project = str(time_ns()), prepared.project.with_images(copies)
    environment = TestEnvironment.of(project, prepared.files, registry, attempt)
    outcome = evolve(outcome, inputs=prepared.key)
    try:
        ready = _ready(image.container(registry), environment, prepared.table)
        ran, _ = await gather(run(ready, prepared.table, attempt, outcome, scratch, keep="**"), image.keep(registry))
    finally:
        await environment.stop()
    if ran.outcome.status is Status.PASSED:
        await kept.write(registry, ran, prepared.key)
    return ran


async def _ready(tests: Awaitable[dagger.Container], environment: TestEnvironment, table: EndToEnd) -> dagger.Container:
    """The tests among the services: both take their minutes on an engine that has nothing, so at the same time."""
    container, _ = await gather(tests, environment.start())
    return environment.with_services(container, table.variables)
