"""The sequences: run the services' tests, and hand out what they left behind."""

from asyncio import gather
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from itertools import chain
from time import time_ns

import dagger
from attrs import evolve, frozen
from junitparser import TestCase

from ci import base_images
from ci.budget import Budget
from ci.catalogue import Test
from ci.checks import kept
from ci.checks.outcome import Outcome, Status
from ci.checks.report import page_of, progress
from ci.checks.results import cases_of, read
from ci.checks.run import Ran, run
from ci.images import built
from ci.matrix import Job, run_all
from ci.page.folder import folder
from ci.page.junit import case_of, written
from ci.registry import Registry
from ci.registry.access import Access
from ci.report import json_of
from ci.stand_ins import refuse
from ci.workspace import Prepared, Scratch, Workspace


@frozen(kw_only=True)
class Asked:
    """What a run of tests is told besides the services."""

    commit: str
    attempt: str  # whose answers the engine may give again: a job's own
    budget: Budget
    rerun: bool = False
    allow_stand_ins: bool = False  # also keep results of tests that ran on stand-ins


async def test(workspace: Workspace, access: Access, asked: Asked) -> tuple[Outcome, ...]:
    """Run the tests of every service within the memory budget, but those that passed with the same inputs."""
    return tuple(ran.outcome for ran in await _tested(workspace, access, asked))


async def report_folder(workspace: Workspace, access: Access, asked: Asked) -> dagger.Directory:
    """The outcomes as a report, with the reports of each service beside; junit.xml has every test."""
    tested = await _tested(workspace, access, asked)
    report = folder_of(tested, asked.commit)
    for ran in tested:
        for path, content in ran.files.items():
            report = report.with_new_file(f"{ran.outcome.service}/{path}", content.decode(errors="replace"))
    return report


def folder_of(tested: Sequence[Ran], commit: str) -> dagger.Directory:
    """The outcomes as a report; junit.xml has every test."""
    outcomes = [ran.outcome for ran in tested]
    junit = written({ran.outcome.service: suite_of(ran) for ran in tested})
    return folder(page_of(outcomes, commit), json_of(outcomes)).with_new_file("junit.xml", junit)


def suite_of(ran: Ran) -> tuple[TestCase, ...]:
    """Every test, under its service's name; what failed as a whole is one failed test more."""
    outcome, cases = ran.outcome, cases_of(read(ran.files))
    for case in cases:
        case.classname = " ".join(filter(None, (outcome.service, case.classname)))
    if outcome.status is Status.FAILED and not outcome.tally.failed:
        return (*cases, case_of(outcome.service, "tests", outcome.seconds, outcome.cause, failed=True))
    return cases


async def _tested(workspace: Workspace, access: Access, asked: Asked) -> tuple[Ran, ...]:
    async with access.open() if access.given else nullcontext() as registry:
        known = partial(base_images.known, registry) if registry else None
        prepared = await evolve(workspace, tests=True, known=known).prepare()
        ran = await _run(registry, workspace.scratch, prepared, asked)
    by_name = {result.outcome.service: result for result in ran}
    services = (await workspace.catalogue()).select(workspace.only)
    untested = Outcome(service="", status=Status.UNTESTED, cause="the catalogue names no test command")
    return tuple(
        by_name.get(service.name) or Ran(outcome=evolve(untested, service=service.name)) for service in services
    )


async def _kept(registry: Registry | None, prepared: Sequence[Prepared], asked: Asked) -> Mapping[str, Ran]:
    if registry is None or asked.rerun:
        return {}
    results = await gather(
        *(kept.find(registry, service.service.name, service.key, commit=asked.commit) for service in prepared)
    )
    return {service.service.name: ran for service, ran in zip(prepared, results, strict=True) if ran}


async def _run(
    registry: Registry | None, scratch: Scratch, prepared: Sequence[Prepared], asked: Asked
) -> tuple[Ran, ...]:
    before = await _kept(registry, prepared, asked)
    if registry:
        testing = [service for service in prepared if service.service.name not in before]
        ready, stand_ins = await base_images.stand_on(registry, testing)
        refuse(chain.from_iterable(stand_ins.values()), allowed=asked.allow_stand_ins)
        prepared = (*(service for service in prepared if service.service.name in before), *ready)
    attempt = str(time_ns()) if asked.rerun else asked.attempt

    async def answer(one: Prepared, test: Test, began: float, held: int) -> Ran:
        if one.service.name in before:
            return before[one.service.name]
        outcome = Outcome(
            service=one.service.name,
            status=Status.PASSED,
            inputs=one.key,
            commit=asked.commit,
            job=asked.attempt,
            began=began,
            memory=held,
        )
        ran = await run(built(one), test, attempt, outcome, scratch)
        if registry and ran.outcome.status is Status.PASSED:
            await kept.write(registry, ran, one.key)
        return ran

    jobs = [
        Job(
            one.service.name,
            0 if one.service.name in before else test.memory,
            one.service.seconds,
            partial(answer, one, test),
        )
        for one in prepared
        if (test := one.service.test)
    ]
    return await run_all(jobs, asked.budget, lambda ran: progress(ran.outcome))
