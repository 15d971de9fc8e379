"""The services' own tests on the engine: red and green, told and kept."""

import json
from pathlib import Path
from typing import Final

import pytest
from junitparser import JUnitXml

from ci.module import OisCfa
from tests.engine.conftest import Tiny
from tests.support.functions import Functions

DOCKERFILE: Final = """\
FROM debian:bookworm-slim AS sources
COPY file /
FROM sources AS test
COPY tests /tests
RUN mkdir /reports && echo '<testsuite><testcase name="of the build"/></testsuite>' > /reports/old.xml
FROM debian:bookworm-slim
COPY --from=sources /file /
"""
GREEN: Final = '<testsuite><testcase classname="A" name="good"/></testsuite>'
RED: Final = '<testsuite><testcase classname="A" name="bad"><failure message="2 is not 3"/></testcase></testsuite>'
COVERAGE: Final = '<coverage lines-valid="4" lines-covered="3"/>'
COMMAND: Final = '[kinds.tiny.test]\ncommand = "sh /tests/run"\n\n[services'


@pytest.fixture
def four(tiny: Tiny) -> Tiny:
    """Four services: two are green, one is red, one leaves no report. Their tests draw a number each time they run."""
    repository, functions = tiny
    scripts = {
        "first": f"echo '{GREEN}' > /reports/junit.xml; echo '{COVERAGE}' > /reports/deep.xml; ",
        "second": f"echo '{RED}' > /reports/junit.xml; exit 1",
        "third": f"echo '{GREEN}' > /reports/junit.xml; ",
        "fourth": "echo error: no such file; exit 3",
    }
    for name, script in scripts.items():
        repository.service(name, DOCKERFILE)
        repository.write(
            f"small/{name}/tests/run", f"# {repository.seed}\ncat /proc/sys/kernel/random/uuid\n{script}\n"
        )
    text = (repository.root / "services.toml").read_text(encoding="utf-8")
    repository.write("services.toml", text.replace("[services", COMMAND, 1))
    return repository, functions


def test_every_service_is_tested_and_the_red_ones_are_told(four: Tiny, tmp_path: Path) -> None:
    _, functions = four
    red = functions.refused(OisCfa.test)
    assert "2 of 4 failed: second: A.bad: 2 is not 3; fourth: the tests ended with 3: error: no such file" in red
    report = functions.export(OisCfa.test_report, tmp_path / "report")
    assert {file.name for file in report.iterdir() if file.is_file()} == {
        "report.md", "report.json", "report.html", "junit.xml",
    }  # fmt: skip
    cases = {
        (one.classname, one.name): len(one.result)
        for suite in JUnitXml.fromfile(str(report / "junit.xml"))
        for one in suite
    }
    assert cases == {("first A", "good"): 0, ("second A", "bad"): 1, ("third A", "good"): 0, ("fourth", "tests"): 1}
    assert (report / "first" / "deep.xml").read_text().strip() == COVERAGE
    assert not (report / "first" / "old.xml").exists()


def test_tests_that_hang_are_ended_and_what_they_said_last_is_told(four: Tiny) -> None:
    repository, functions = four
    repository.replace("services.toml", "seconds = 1\n", "seconds = 1\ndeadline = 20\n")
    repository.append("small/first/tests/run", "echo it waits; tail -f /dev/null\n")
    red = functions.refused(OisCfa.test, only=["first", "third"])
    said = "the tests did not end within 20 s (`deadline` in services.toml): its last output: it waits"
    assert f"1 of 2 failed: first: {said}" in red


def test_what_passed_is_kept_for_every_engine_and_what_failed_is_not(four: Tiny) -> None:
    repository, functions = four
    for commit in ("aaa0001", "aaa000a"):
        assert "2 of 4 failed: second: " in functions.given(commit=commit).refused(OisCfa.test)
    repository.write("small/second/tests/run", f"echo '{GREEN}' > /reports/junit.xml")
    repository.write("small/fourth/tests/run", f"echo '{GREEN}' > /reports/junit.xml")
    assert outcomes(functions.given(commit="aaa0002")) == {
        "first": ("reused", "passed before with the same inputs, at aaa0001"),
        "second": ("passed", ""),
        "third": ("reused", "passed before with the same inputs, at aaa0001"),
        "fourth": ("passed", ""),
    }
    third = functions.given(commit="aaa0003")
    assert {cause for _, cause in outcomes(third, rerun=True).values()} == {""}
    assert {status for status, _ in outcomes(third).values()} == {"passed"}


def test_a_file_of_the_tests_changes_no_image(four: Tiny) -> None:
    repository, functions = four
    before = functions.plan()
    repository.write("small/first/tests/run", "true")
    repository.write("small/first/tests/more", "more")
    assert functions.plan() == before


def test_without_a_registry_tests_run_all_the_same(four: Tiny) -> None:
    _, functions = four
    answer = functions.given(registry="", registry_user="", registry_password="").good(
        OisCfa.test, only=["first", "third"]
    )
    assert "all well: 2 tests of 2 services, 2 passed; covered 75.0%" in answer


def test_a_stage_that_is_not_there_and_tests_that_do_not_build_are_told(four: Tiny) -> None:
    repository, functions = four
    repository.write("small/first/Dockerfile", DOCKERFILE.replace("AS test", "AS tests"))
    refused = functions.refused(OisCfa.test)
    assert "first/Dockerfile: there is no stage test; add FROM STAGE AS test" in refused
    broken = "RUN echo 'a.cs(1,2): error CS1002: ;' && false"
    repository.write("small/first/Dockerfile", DOCKERFILE.replace("RUN mkdir", f"{broken} && mkdir"))
    red = functions.refused(OisCfa.test, only=["first", "third"])
    assert "1 of 2 failed: first: a.cs(1,2): error CS1002: ;" in red


def test_the_sample_passes_its_own_tests(functions: Functions) -> None:
    said = functions.good(OisCfa.test, as_json=True)
    found = {one["service"]: one for one in json.loads(said)}
    assert len(found) == 9
    assert {one["status"] for one in found.values()} <= {"passed", "reused"}
    assert all(one["tally"]["tests"] >= 2 for one in found.values()), said


def outcomes(functions: Functions, **arguments: bool) -> dict[str, tuple[str, str]]:
    said = json.loads(functions.good(OisCfa.test, as_json=True, **arguments))
    return {one["service"]: (one["status"], one["cause"]) for one in said}
