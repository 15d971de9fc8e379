"""A look at a live host, and one in a real browser: the tests of the whole that write nothing, through its SSH."""

import json
from time import time_ns
from typing import Final

from attrs import evolve

from ci.bases import PLATFORM
from ci.checks.outcome import Outcome
from ci.checks.outcome import Status as Tested
from ci.checks.run import run
from ci.e2e.environment import PUBLISHED, with_variables
from ci.errors import CatalogueError
from ci.host.site import Site
from ci.smoke.smoke import PUBLIC, Look, Status, address_of, person_of, ports_of, run_checks
from ci.smoke.ways import ways_to
from ci.workspace import Workspace

BROWSER: Final = "browser"


async def smoke(workspace: Workspace, site: Site, *, browser: bool) -> tuple[Look, ...]:
    """Look at every service of a host through its SSH; with `browser` in a real one too. Raise `CatalogueError`."""
    looks = await run_checks(site, person_of(site))
    return (*looks, await _browse(workspace, site)) if browser else looks


async def _browse(workspace: Workspace, site: Site) -> Look:
    """Run the tests that services.toml names for a live host; raise `CatalogueError` when it names none."""
    tests = (await workspace.catalogue()).e2e
    if tests is None or not tests.smoke:
        raise CatalogueError("services.toml names no tests for a live host: add smoke to the table [e2e]")
    container = workspace.source.directory(tests.context).docker_build(platform=PLATFORM)
    asked = evolve(tests, command=tests.smoke)
    outcome = Outcome(service=BROWSER, status=Tested.PASSED)
    # By the address that leads out: containers of the engine reach one another.
    async with site.open() as link:
        facts = await site.look(link)
        async with ways_to(link, ports_of(site, facts), link.here) as ways:
            published = json.dumps({port: f"{address}:{end}" for port, (address, end) in ways.items()})
            variables = {**tests.variables, PUBLIC: address_of(site, facts), PUBLISHED: published}
            ready = with_variables(container, variables).sync()
            done = (await run(ready, asked, str(time_ns()), outcome, workspace.scratch)).outcome
    status = Status.RED if done.status is Tested.FAILED else Status.GREEN
    did = f"{done.tally.tests} tests"
    return Look(service=BROWSER, did=did, status=status, cause=done.cause, seconds=done.seconds)
