"""The jobs in the shell executor, on an engine that stays: what a red one says, and what a cancelled one leaves."""

import os
import signal
from collections.abc import Iterator
from typing import Final

import pytest
from attrs import evolve

from ci.host.release import State
from ci.host.wanted import Wanted
from tests.support.base_images import official_python
from tests.support.deployable import behave
from tests.support.functions import Functions
from tests.support.gitlab.jobs import Checkout
from tests.support.gitlab.pipeline_file import FILE, with_promotions
from tests.support.gitlab.runner import Executor, Runner
from tests.support.host.small import SERVICES, Small
from tests.support.pipeline import green, told
from tests.support.registry import LiveRegistry, Place
from tests.support.repository import Repository

WHOLE: Final = """
[e2e]
host = "cfa2"
command = "cp /junit.xml /reports/ && ! grep -q failure /junit.xml"
"""
STAGE: Final = "FROM debian:bookworm-slim AS test\nCOPY shop/tests /tests\n"
RED: Final = "<testsuite><testcase classname='A' name='bad'><failure message='2 is not 3'/></testcase></testsuite>"

GREEN: Final = RED.replace("<failure message='2 is not 3'/>", "")


@pytest.fixture
def jobs(jobs: Runner) -> Runner:
    """On the engine of the test run; the one variable that the file has for that says where."""
    where = "_EXPERIMENTAL_DAGGER_RUNNER_HOST"
    return jobs.by(Executor.SHELL).given(**{where: os.environ[where]})


@pytest.fixture
def functions(functions: Functions, repository: Repository) -> Functions:
    """The same project in this process: it publishes what the job under test takes, as the job build-all does."""
    return functions.at(repository.root)


@pytest.fixture
async def old(small: Small) -> Wanted:
    """What runs before, as release 1."""
    wanted = evolve(small.release("old"), locked="2026-01-01T00:00:00+00:00")
    await small.seed(wanted)
    return wanted


@pytest.fixture
def official(repository: Repository, place: Place) -> Iterator[None]:
    """Let the services have a base image that stage and prod take."""
    with official_python(place, f"tests-of-jobs-{repository.seed}") as base:
        for name in SERVICES:
            repository.replace(f"small/{name}/Dockerfile", "python:3.11-slim", base)
        yield


def tested(repository: Repository, name: str, junit: str) -> None:
    """Let a service have a stage for tests, which leave one report."""
    dockerfile = (repository.root / f"small/{name}/Dockerfile").read_text(encoding="utf-8").rpartition(STAGE)[2]
    repository.write(f"small/{name}/Dockerfile", STAGE + dockerfile)
    repository.write(f"small/{name}/tests", junit)
    table = f'[services.{name}.test]\ncommand = "cp /tests /reports/junit.xml"\n'
    if table not in (text := (repository.root / "services.toml").read_text(encoding="utf-8")):
        repository.write("services.toml", f"{text}\n{table}")


def tested_whole(repository: Repository, junit: str) -> None:
    """Let the services be tested together, which leaves one report."""
    repository.write("small/e2e/Dockerfile", "FROM debian:bookworm-slim\nCOPY junit.xml /\n")
    repository.write("small/e2e/junit.xml", junit)
    if WHOLE not in (text := (repository.root / "services.toml").read_text(encoding="utf-8")):
        repository.write("services.toml", text + WHOLE)


def commit(repository: Repository) -> str:
    """Commit all, and the short SHA that GitLab gives it."""
    checkout = Checkout(repository.root)
    checkout.git("add", "--all")
    checkout.git("commit", "--quiet", "--allow-empty", "--message", "next")
    return checkout.git("rev-parse", "--short=8", "HEAD")


@pytest.mark.usefixtures("official")
def test_a_pipeline_and_the_deploy_button_of_an_older_one(
    jobs: Runner, small: Small, repository: Repository, functions: Functions
) -> None:
    repository.write(FILE.name, with_promotions())
    older = commit(repository)
    functions.given(order="41").publish(older)
    behave(repository, "shop")
    newer = commit(repository)
    built = jobs.run("build-all", CI_PIPELINE_IID="42")
    assert "all 3 there: 1 built, 2 reused" in built.stdout, told(built)
    deployed = jobs.run("deploy-cfa2", CI_PIPELINE_IID="42")
    assert f"deployed {newer} to cfa2 as release 1" in deployed.stdout, told(deployed)
    for tag in ("stage", "prod"):
        promoted = green(jobs.run(f"promote-{tag}", CI_PIPELINE_IID="42"))
        assert f"{tag} is {newer} now" in promoted.stdout, told(promoted)
    images = small.images()

    green(jobs.run("promote-dev", CI_PIPELINE_IID="42"))
    overtaken = green(jobs.run("promote-dev", CI_PIPELINE_IID="41", CI_COMMIT_SHORT_SHA=older))
    assert f"dev is at {newer} (pipeline 42), which is newer than {older} (pipeline 41): it stays" in overtaken.stdout

    again = jobs.run("deploy-cfa2", CI_PIPELINE_IID="41", CI_COMMIT_SHORT_SHA=older)
    assert again.returncode == 1
    assert f"release 1 ({newer}) on cfa2 is newer than {older}: to go back call" in again.stdout, told(again)
    assert "in GitLab the job rollback-cfa2" in again.stdout
    assert small.images() == images


def test_red_tests_keep_dev_where_it_is_and_the_deploy_unpressed(
    jobs: Runner, small: Small, repository: Repository, registry: LiveRegistry
) -> None:
    tested(repository, "shop", RED)
    broken = commit(repository)
    red = jobs.pipeline("deploy-cfa2")
    assert red.returncode == 1, told(red)
    assert "1 of 3 failed: shop: A.bad: 2 is not 3" in red.stdout
    assert broken in registry.tags("group/project/ci/lock")
    assert not registry.same("group/project/ci/lock", broken, "dev")
    # Alone: here the jobs of a pipeline share a folder, and build-all leaves its report at the same time.
    assert jobs.run("test").returncode == 1
    assert "2 is not 3" in (jobs.artifacts("test") / "out/junit.xml").read_text(encoding="utf-8")
    assert small.host.containers() == {}


@pytest.mark.every
def test_a_red_whole_keeps_dev_where_it_is_and_a_green_one_is_deployed(
    jobs: Runner, small: Small, repository: Repository, registry: LiveRegistry
) -> None:
    tested(repository, "shop", GREEN)
    tested_whole(repository, RED)
    apart = commit(repository)
    red = jobs.pipeline("deploy-cfa2")
    assert red.returncode == 1, told(red)
    assert "1 of 1 failed: e2e: A.bad: 2 is not 3" in red.stdout
    assert not registry.same("group/project/ci/lock", apart, "dev")
    assert small.host.containers() == {}

    tested_whole(repository, GREEN)
    mended = commit(repository)
    well = green(jobs.pipeline("deploy-cfa2"))
    assert "all well: 1 tests of 3 services, 1 reused, 2 untested" in well.stdout
    assert "all well: 1 tests of 1 services, 1 passed" in well.stdout
    assert "smoke of cfa2 is green: 3 services are well" in well.stdout
    assert registry.same("group/project/ci/lock", mended, "dev")
    assert f"deployed {mended} to cfa2 as release 1" in well.stdout


async def test_a_failed_deploy_is_red_and_leaves_its_report(
    jobs: Runner, small: Small, repository: Repository, functions: Functions, old: Wanted
) -> None:
    behave(repository, "shop", exits_after=0)
    bad = commit(repository)
    functions.publish(bad)
    red = jobs.run("deploy-cfa2")
    assert red.returncode == 1
    assert "rolled back to release 1 (old): shop " in red.stdout, told(red)
    assert f"release 2 ({bad}): rolled-back" in (jobs.root / "out/report.md").read_text(encoding="utf-8")
    assert small.images() == old.images


def test_all_that_the_project_does_not_give_is_named_at_once(jobs: Runner) -> None:
    red = jobs.run("deploy-cfa2", SSH_PRIVATE_KEY="", CI_REGISTRY_USER="", CI_REGISTRY_PASSWORD="")
    assert red.returncode == 1
    assert "not set: CI_REGISTRY_USER (--registry-user), CI_REGISTRY_PASSWORD (--registry-password), SSH" in red.stdout
    assert "Protected branches" in red.stdout


@pytest.mark.parametrize("step", ["wave gate", pytest.param("steady", marks=pytest.mark.every)])
async def test_a_cancelled_deploy_is_ended_by_the_host(
    jobs: Runner, small: Small, functions: Functions, old: Wanted, step: str
) -> None:
    functions.publish(commit(Repository(functions.root)))
    with jobs.start("deploy-cfa2") as process:
        await small.reached(2, step)
        os.killpg(process.pid, signal.SIGTERM)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    await small.until_unlocked(120)
    assert small.records()[2]["state"] == State.HEALTHY
    assert small.images() == small.records()[2]["images"]
    assert small.images().keys() == old.images.keys()
    assert set(small.images().values()).isdisjoint(old.images.values())
    assert (await small.status()).faults == ()
