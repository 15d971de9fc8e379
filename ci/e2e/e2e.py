"""The sequence: the exact images of a tag in the shape of a host, and the tests of the whole against them."""

from time import time_ns
from typing import Final

import dagger
from attrs import frozen
from dagger import dag

from ci import lock as locks
from ci.catalogue import E2e, Test
from ci.checks.checks import suite_of
from ci.checks.outcome import Outcome, Status
from ci.checks.page import page_of
from ci.checks.run import Ran, executed, run
from ci.e2e.shape import parts_of
from ci.e2e.stand import Credentials, Stand, before
from ci.host.stack import COMPOSE, VARIABLES, Stack
from ci.lock import Lock
from ci.page.folder import folder
from ci.page.junit import written
from ci.registry.access import Access
from ci.report import json_of
from ci.workspace import PLATFORM, Workspace

NAME: Final = "e2e"


@frozen(kw_only=True)
class Asked:
    """What a run is told: which tag's images, and whose answers the engine may give again."""

    tag: str
    attempt: str
    rerun: bool = False


async def e2e(workspace: Workspace, access: Access, asked: Asked) -> Ran:
    """Start the images of a tag together and test the whole; raise `LockMissing`, `LockIncomplete`."""
    ran, _ = await _run(workspace, access, asked)
    return ran


async def report_folder(workspace: Workspace, access: Access, asked: Asked) -> dagger.Directory:
    """The outcome as a report, with all that the tests left behind: screenshots, traces."""
    ran, left = await _run(workspace, access, asked)
    made = folder(page_of([ran.outcome], ran.outcome.commit), json_of([ran.outcome]))
    made = made.with_new_file("junit.xml", written({NAME: suite_of(ran)}))
    return made.with_directory(NAME, left) if ran.files else made


async def _run(workspace: Workspace, access: Access, asked: Asked) -> tuple[Ran, dagger.Directory]:
    told = (await workspace.catalogue()).e2e
    if told is None:
        outcome = Outcome(service=NAME, status=Status.UNTESTED, cause="services.toml has no table [e2e]")
        return Ran(outcome=outcome), dag.directory()
    async with access.open([asked.tag]) as registry:
        lock = (await locks.fetch(registry, asked.tag)).or_refuse()
        credentials = Credentials(host=registry.address.host, login=registry.login)
    tests = workspace.source.directory(told.context).docker_build(platform=PLATFORM)
    ready = before(tests, await _stand(workspace, told, lock, credentials), told.variables)
    test = Test(command=told.command, stage="", reports=told.reports, memory=0)
    attempt = str(time_ns()) if asked.rerun else asked.attempt
    outcome = Outcome(service=NAME, status=Status.PASSED, cause="", commit=lock.commit)
    ran = await run(ready.sync(), test, attempt, outcome)
    return ran, executed(ready, test, attempt).directory(test.reports)


async def _stand(workspace: Workspace, told: E2e, lock: Lock, credentials: Credentials) -> Stand:
    catalogue = await workspace.catalogue()
    host = catalogue.host(told.host)
    compose, variables = [await workspace.text(f"{host.compose}/{file}") for file in (COMPOSE, VARIABLES)]
    stack = Stack.read(compose, variables, catalogue, host.compose)
    images = {one.service: f"{one.ref}@{one.digest}" for one in lock.images}
    files = {name: workspace.source.file(path) for name, path in host.files.items()}
    return Stand.of(parts_of(stack, images, told.variables), files, credentials)
