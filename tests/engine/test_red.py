"""A run in which something fails loses nothing else, and never moves a tag halfway."""

import json
from pathlib import Path
from typing import Final

import pytest
from junitparser import JUnitXml, TestCase

from ci.module import OisCfa
from tests.engine.conftest import Tiny
from tests.support.functions import Functions
from tests.support.registry import LiveRegistry

BASE: Final = "FROM debian:bookworm-slim\n"
GOOD: Final = f"{BASE}COPY file /\n"
BAD: Final = f"{GOOD}RUN echo 'Startup.cs(7,3): error CS1002: ; expected' && exit 3\n"
# Fails when two run at once: each makes the folder that the other has.
ALONE: Final = (
    f"{BASE}COPY file /\n"
    "RUN --mount=type=cache,id=alone-ROUND,target=/alone mkdir /alone/taken && sleep 2 && rmdir /alone/taken\n"
)

HANGS: Final = f"{GOOD}RUN echo it waits && exec tail -f /dev/null\n"
KILLED: Final = f"{GOOD}RUN sh -c 'kill -KILL $$'; exit $?\n"

ENDS: Final = {"first": "built", "second": "failed", "third": "built"}


@pytest.fixture
def broken(tiny: Tiny) -> Tiny:
    """Three services, the second of which does not compile."""
    repository, _ = tiny
    for name, dockerfile in (("first", GOOD), ("second", BAD), ("third", GOOD)):
        repository.service(name, f"{dockerfile}# {repository.seed}\n")
        repository.append(f"small/{name}/file", repository.seed)
    return tiny


def test_one_failure_loses_nothing_else(
    broken: Tiny, registry: LiveRegistry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, functions = broken
    before = registry.store.put_image("group/project/first", "dev")

    red = functions.refused(OisCfa.publish_all, tag=["bad0001", "dev"])
    assert red.splitlines()[-1] == "1 of 3 failed: second: Startup.cs(7,3): error CS1002: ; expected"
    assert "[3/3]" in capsys.readouterr().err

    lock = json.loads(functions.export(OisCfa.lock, tmp_path / "lock", tag="bad0001").read_text())
    assert lock["requested"] == ["first", "second", "third"]
    assert {each["service"]: each["status"] for each in lock["images"]} == ENDS
    assert [bool(each["digest"]) for each in lock["images"]] == [True, False, True]
    assert "bad0001" in registry.tags("group/project/third")
    assert registry.manifest("group/project/first", "dev") == before
    assert "dev" not in registry.tags("group/project/third")


def test_a_red_run_has_its_report_in_four_files(broken: Tiny, tmp_path: Path) -> None:
    _, functions = broken
    red = functions.refused(OisCfa.publish_all, tag=["bad0003"], memory="2GB")
    assert "1 of 3 failed: second: Startup.cs" in red
    report = functions.export(OisCfa.report, tmp_path / "report", tag="bad0003")
    assert {file.name for file in report.iterdir()} == {"report.md", "report.json", "report.html", "junit.xml"}
    for view in ("report.md", "report.html"):
        assert "1 of 3 failed: second" in (report / view).read_text()
        assert "Startup.cs(7,3): error CS1002" in (report / view).read_text()
    failed = {test.name: test.result[0].text for test in results_in(report / "junit.xml") if test.is_failure}
    assert failed == {"second": "failed: Startup.cs(7,3): error CS1002: ; expected"}
    record = json.loads((report / "report.json").read_text())
    assert (record["commit"], record["budget"]) == ("bad0003", 2_000_000_000)
    assert [(image["memory"], image["began"] >= 0) for image in record["images"]] == [(100_000_000, True)] * 3


def test_what_hangs_or_is_killed_is_told_and_the_others_are_published(
    tiny: Tiny, registry: LiveRegistry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository, functions = tiny
    repository.replace("services.toml", "seconds = 1\n", "seconds = 1\ndeadline = 20\n")
    for name, dockerfile in (("hangs", HANGS), ("killed", KILLED), ("well", GOOD)):
        repository.service(name, f"{dockerfile}# {repository.seed}\n")
        repository.append(f"small/{name}/file", repository.seed)
    red = functions.refused(OisCfa.publish_all, tag=["bad0005"], memory="2GB")
    stand_ins, first = capsys.readouterr().err.splitlines()[:2]
    assert (stand_ins.endswith("--allow-stand-ins accepts it"), first) == (True, "memory budget 2 GB: --memory")
    assert "2 of 3 failed: hangs: did not end within 20 s (`deadline` in services.toml): its output is above" in red
    assert "; killed: killed, most likely for lack of memory: try --memory with less" in red
    assert "bad0005" in registry.tags("group/project/well")
    lock = json.loads(functions.export(OisCfa.lock, tmp_path / "lock", tag="bad0005").read_text())
    assert [image["status"] for image in lock["images"]] == ["failed", "failed", "built"]


def test_what_was_never_published_is_reported_as_one_failed_test(functions: Functions, tmp_path: Path) -> None:
    report = functions.export(OisCfa.report, tmp_path / "report", tag="never00")
    assert {file.name for file in report.iterdir()} == {"report.md", "report.html", "junit.xml"}
    (test,) = results_in(report / "junit.xml")
    assert test.is_failure
    assert "nothing was published under never00" in (test.result[0].text or "")


def test_an_incomplete_lock_is_not_promoted_and_the_next_run_builds_only_what_failed(
    broken: Tiny, registry: LiveRegistry
) -> None:
    repository, functions = broken
    functions.refused(OisCfa.publish_all, tag=["bad0002"])
    refused = functions.refused(OisCfa.promote, from_="bad0002", to="dev")
    assert "LockIncomplete: the lock of bad0002 has no image of second" in refused

    repository.write("small/second/Dockerfile", f"{GOOD}# mended {repository.seed}\n")
    images = functions.publish("good002", "dev")
    assert [image["status"] for image in images.values()] == ["reused", "built", "reused"]
    for name, image in images.items():
        moved = registry.manifest(f"group/project/{name}", "dev")
        assert moved
        assert moved.digest == image["digest"]


def test_one_service_published_again_joins_what_its_commit_has(broken: Tiny, registry: LiveRegistry) -> None:
    repository, functions = broken
    decided = functions.plan()["second"]
    assert decided["action"] == "build"  # nobody has tried it yet
    functions.refused(OisCfa.publish_all, tag=["bad0004"])
    assert not {"bad0004", f"in-{decided['inputs']}"}.intersection(registry.tags("group/project/second"))
    early = functions.refused(OisCfa.publish_all, tag=["bad0004", "dev"], only=["first"])
    assert "all 1 there: 0 built, 1 reused" in early
    assert "dev does not move: the lock of bad0004 has no image of second: " in early

    repository.write("small/second/Dockerfile", f"{GOOD}# mended {repository.seed}\n")
    assert list(functions.publish("bad0004", "dev", only=["second"])) == ["second"]
    for name in ENDS:
        assert registry.same(f"group/project/{name}", "dev", "bad0004"), name


@pytest.fixture
def alone(tiny: Tiny) -> Tiny:
    """Four services that fail when two of them are built at once."""
    repository, _ = tiny
    for name in ("a", "b", "c", "d"):
        repository.service(name, ALONE.replace("ROUND", repository.seed))
        repository.append(f"small/{name}/file", repository.seed)
    return tiny


def test_a_budget_of_one_byte_builds_one_after_the_other(alone: Tiny) -> None:
    _, functions = alone
    assert "all 4 there: 4 built" in functions.good(OisCfa.build_all, memory="1B")


def test_a_wide_budget_builds_at_once(alone: Tiny) -> None:
    _, functions = alone
    assert "mkdir" in functions.refused(OisCfa.build_all, memory="4GB")


def results_in(file: Path) -> list[TestCase]:
    return [test for suite in JUnitXml.fromfile(str(file)) for test in suite]


def test_a_build_that_needs_what_is_ignored_names_the_line_of_the_ignore_file(tiny: Tiny) -> None:
    repository, functions = tiny
    repository.service("one", f"{BASE}COPY . /src\nRUN cd /src/packages/sdk && true # {repository.seed}\n")
    repository.write("small/one/packages/sdk/index.ts", "")
    repository.write("small/one/.dockerignore", "# none\n*/sdk\n")
    red = functions.refused(OisCfa.publish_all, tag=["bad0006"])
    assert "packages/sdk is there, and one/.dockerignore:2 keeps it out of the build" in red


def test_two_services_are_two_stages_of_one_dockerfile(tiny: Tiny, registry: LiveRegistry) -> None:
    repository, functions = tiny
    seed = repository.seed
    repository.service("one", f"FROM scratch AS api\nCOPY file /a{seed}\nFROM scratch AS worker\nCOPY file /w{seed}\n")
    repository.append("services.toml", 'target = "api"\n')
    services = (repository.root / "services.toml").read_text(encoding="utf-8")
    worker = '[services.worker]\nkind = "tiny"\ndockerfile = "one/Dockerfile"\ncontext = "one"\ntarget = "{}"\n'
    repository.write("services.toml", services + worker.format("worker"))
    images = functions.publish("57a6e01")
    manifests = [registry.manifest(f"group/project/{name}", "57a6e01") for name in ("one", "worker")]
    assert [manifest and len(manifest.json()["layers"]) for manifest in manifests] == [1, 1]
    assert len({image["digest"] for image in images.values()}) == len(images)
    # Another stage is another image, of the same text and the same files.
    repository.write("services.toml", services + worker.format("api"))
    assert functions.plan()["worker"]["action"] == "build"
