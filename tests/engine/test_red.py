"""A run in which something fails loses nothing else, and never moves a tag halfway."""

import json
import os
import re
import signal
from pathlib import Path
from typing import Final

import pytest
from junitparser import JUnitXml, TestCase

from tests.engine.conftest import Tiny
from tests.support.pipeline import Pipeline, told
from tests.support.registry import LiveRegistry
from tests.support.waiting import until

BASE: Final = "FROM debian:bookworm-slim\n"
GOOD: Final = f"{BASE}COPY file /\n"
BAD: Final = f"{GOOD}RUN echo 'Startup.cs(7,3): error CS1002: ; expected' && exit 3\n"
# Fails when two run at once: each makes the folder that the other has.
ALONE: Final = (
    f"{BASE}COPY file /\n"
    "RUN --mount=type=cache,id=alone-ROUND,target=/alone mkdir /alone/taken && sleep 2 && rmdir /alone/taken\n"
)

ENDS: Final = {"first": "built", "second": "failed", "third": "built"}


@pytest.fixture
def broken(tiny: Tiny) -> Tiny:
    """Three services, the second of which does not compile."""
    repository, _ = tiny
    for name, dockerfile in (("first", GOOD), ("second", BAD), ("third", GOOD)):
        repository.service(name, f"{dockerfile}# {repository.seed}\n")
        repository.append(f"small/{name}/file", repository.seed)
    return tiny


def test_one_failure_loses_nothing_else(broken: Tiny, registry: LiveRegistry, tmp_path: Path) -> None:
    _, pipeline = broken
    before = registry.store.put_image("group/project/first", "dev")

    red = pipeline.call("publish-all", "--tag", "bad0001", "--tag", "dev")
    assert red.returncode == 1
    assert red.stdout.strip() == ""
    last = red.stderr.strip().splitlines()[-1].partition(" [traceparent")[0]
    assert last == "1 of 3 failed: second: Startup.cs(7,3): error CS1002: ; expected"
    assert "Traceback" not in red.stderr
    assert "[3/3]" in red.stderr

    lock = json.loads(file_of(pipeline, tmp_path, "lock", "bad0001").read_text())
    assert lock["requested"] == ["first", "second", "third"]
    assert {each["service"]: each["status"] for each in lock["images"]} == ENDS
    assert [bool(each["digest"]) for each in lock["images"]] == [True, False, True]
    assert "bad0001" in registry.tags("group/project/third")
    assert registry.manifest("group/project/first", "dev") == before
    assert "dev" not in registry.tags("group/project/third")


def test_a_red_run_has_its_report_in_four_files(broken: Tiny, tmp_path: Path) -> None:
    _, pipeline = broken
    red = pipeline.call("publish-all", "--tag", "bad0003", "--memory", "2GB")
    assert "1 of 3 failed: second: Startup.cs" in red.stderr, told(red)
    report = file_of(pipeline, tmp_path, "report", "bad0003")
    assert {file.name for file in report.iterdir()} == {"report.md", "report.json", "report.html", "junit.xml"}
    for view in ("report.md", "report.html"):
        assert "1 of 3 failed: second" in (report / view).read_text()
        assert "Startup.cs(7,3): error CS1002" in (report / view).read_text()
    failed = {test.name: test.result[0].text for test in results_in(report / "junit.xml") if test.is_failure}
    assert failed == {"second": "failed: Startup.cs(7,3): error CS1002: ; expected"}
    record = json.loads((report / "report.json").read_text())
    assert (record["commit"], record["budget"]) == ("bad0003", 2_000_000_000)
    assert [(image["memory"], image["began"] >= 0) for image in record["images"]] == [(100_000_000, True)] * 3


def test_what_was_never_published_is_reported_as_one_failed_test(pipeline: Pipeline, tmp_path: Path) -> None:
    report = file_of(pipeline, tmp_path, "report", "never00")
    assert {file.name for file in report.iterdir()} == {"report.md", "report.html", "junit.xml"}
    (test,) = results_in(report / "junit.xml")
    assert test.is_failure
    assert "nothing was published under never00" in (test.result[0].text or "")


def test_an_incomplete_lock_is_not_promoted_and_the_next_run_builds_only_what_failed(
    broken: Tiny, registry: LiveRegistry
) -> None:
    repository, pipeline = broken
    assert pipeline.call("publish-all", "--tag", "bad0002").returncode == 1
    refused = pipeline.call("promote", "--from", "bad0002", "--to", "dev")
    assert "LockIncomplete: the lock of bad0002 has no image of second" in refused.stderr

    repository.write("small/second/Dockerfile", f"{GOOD}# mended {repository.seed}\n")
    images = pipeline.publish("good002", "--tag", "dev")
    assert [image["status"] for image in images.values()] == ["reused", "built", "reused"]
    for name, image in images.items():
        moved = registry.manifest(f"group/project/{name}", "dev")
        assert moved
        assert moved.digest == image["digest"]


def test_one_service_published_again_joins_what_its_commit_has(broken: Tiny, registry: LiveRegistry) -> None:
    repository, pipeline = broken
    decided = pipeline.plan()["second"]
    assert decided["action"] == "build"  # nobody has tried it yet
    assert pipeline.call("publish-all", "--tag", "bad0004").returncode == 1
    assert not {"bad0004", f"in-{decided['inputs']}"}.intersection(registry.tags("group/project/second"))
    early = pipeline.call("publish-all", "--tag", "bad0004", "--tag", "dev", "--only", "first")
    assert early.returncode == 1
    assert "all 1 there: 0 built, 1 reused" in early.stderr
    assert "dev does not move: the lock of bad0004 has no image of second: " in early.stderr, told(early)

    repository.write("small/second/Dockerfile", f"{GOOD}# mended {repository.seed}\n")
    assert list(pipeline.publish("bad0004", "--tag", "dev", "--only", "second")) == ["second"]
    for name in ENDS:
        assert registry.same(f"group/project/{name}", "dev", "bad0004"), name


@pytest.mark.parametrize("progress", ["plain", "logs", "dots", "report"])
def test_build_all_ends_red_after_all_were_tried_in_every_progress_mode(broken: Tiny, progress: str) -> None:
    _, pipeline = broken
    red = pipeline.dagger(f"--progress={progress}", "call", "build-all")
    assert red.returncode == 1, told(red)
    assert red.stdout.strip() == ""
    assert all(re.search(rf"^{name} +{status} ", red.stderr, re.MULTILINE) for name, status in ENDS.items()), told(red)
    assert "1 of 3 failed: second: Startup.cs(7,3): error CS1002: ; expected" in red.stderr
    assert "Traceback" not in red.stderr
    assert ".py" not in red.stderr


@pytest.fixture
def alone(tiny: Tiny) -> Tiny:
    """Four services that fail when two of them are built at once."""
    repository, _ = tiny
    for name in ("a", "b", "c", "d"):
        repository.service(name, ALONE.replace("ROUND", repository.seed))
        repository.append(f"small/{name}/file", repository.seed)
    return tiny


def test_a_budget_of_one_byte_builds_one_after_the_other(alone: Tiny) -> None:
    _, pipeline = alone
    assert "all 4 there: 4 built" in pipeline.good("build-all", "--memory", "1B")


def test_a_wide_budget_builds_at_once(alone: Tiny) -> None:
    _, pipeline = alone
    assert pipeline.call("build-all", "--memory", "4GB").returncode == 1


def test_ctrl_c_ends_the_run_and_what_it_had_started(tiny: Tiny) -> None:
    repository, pipeline = tiny
    seconds = f"600.{int(repository.seed, 16)}"  # a mark that no other process bears
    repository.service("endless", f"{BASE}RUN sleep {seconds}\n")
    running = pipeline.start("build-all")
    try:
        until(lambda: sleepers(seconds), 120, "the build step does not start")
        os.killpg(running.pid, signal.SIGINT)
        _, said = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode != 0
    assert "Traceback" not in said
    until(lambda: not sleepers(seconds), 60, "the build step still runs")


def file_of(pipeline: Pipeline, folder: Path, function: str, tag: str) -> Path:
    target = folder / function
    pipeline.good(function, "--tag", tag, "-o", str(target))
    return target


def sleepers(seconds: str) -> list[str]:
    """The processes of this machine, containers included, that sleep so long."""
    wanted = f"sleep\0{seconds}\0".encode()
    return [file.parent.name for file in Path("/proc").glob("[0-9]*/cmdline") if _read(file) == wanted]


def results_in(file: Path) -> list[TestCase]:
    return [test for suite in JUnitXml.fromfile(str(file)) for test in suite]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # it has ended
        return b""
