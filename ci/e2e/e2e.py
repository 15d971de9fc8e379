"""The sequence: the exact images of a tag in the shape of a host, and the tests of the whole against them."""

from asyncio import gather
from time import time_ns
from typing import Final

import dagger

from ci import lock as locks
from ci.bases import PLATFORM
from ci.catalogue import Catalogue, EndToEnd
from ci.checks import kept
from ci.checks.checks import folder_of
from ci.checks.outcome import Outcome, Status
from ci.checks.run import Ran, run
from ci.e2e.environment import TestEnvironment
from ci.e2e.project import read_project
from ci.errors import LockMissing
from ci.lock import Lock
from ci.registry.access import Access
from ci.stand_ins import refuse, stand_ins
from ci.workspace import Scratch, Workspace

NAME: Final = "e2e"
LEFT: Final = "left"  # in the call's scratch folder


async def e2e(workspace: Workspace, access: Access, tag: str, *, allow_stand_ins: bool = False) -> Outcome:
    """Start the images of a tag together and test the whole; raise `LockMissing`, `LockIncomplete`.

    What came of it is kept in the registry, red or green, for `report_folder`.
    """
    catalogue = await workspace.catalogue()
    async with access.open([tag]) as registry:
        lock = (await locks.fetch(registry, tag)).or_refuse()
    refuse(lock.stand_ins, allowed=allow_stand_ins)
    outcome = Outcome(service=NAME, status=Status.UNTESTED, cause=_why_not(catalogue, lock), commit=lock.commit)
    ran = Ran(outcome=outcome)
    if (whole := catalogue.e2e) and not outcome.cause:
        images = {image.service: f"{image.ref}@{image.digest}" for image in lock.images}
        project, files = await read_project(workspace, catalogue, whole, images)
        environment = TestEnvironment.of(project, files, registry)
        others = (service.image for service in project.services.values() if service.image not in images.values())
        refuse(await stand_ins(others), allowed=allow_stand_ins)
        tests = workspace.source.directory(whole.context).docker_build(platform=PLATFORM)
        try:
            ready = _ready(tests, environment, whole)
            ran = await run(ready, whole, str(time_ns()), outcome, workspace.scratch, keep="**")
        finally:
            await environment.stop()
    async with access.open([tag]) as registry:
        await kept.write(registry, ran, tag)
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


async def _ready(tests: dagger.Container, environment: TestEnvironment, whole: EndToEnd) -> dagger.Container:
    """The tests among the services: both take their minutes on an engine that has nothing, so at the same time."""
    await gather(tests.sync(), environment.start())
    return environment.with_services(tests, whole.variables)
