"""The services' own tests: what their files say, why a run is red, and how it is told."""

from xml.etree import ElementTree as ET

import pytest
from attrs import evolve

from ci.catalogue import Test
from ci.checks.checks import suite_of
from ci.checks.outcome import Outcome, Status, Tally
from ci.checks.report import page_of, tests_answer, verdict
from ci.checks.results import read, tally_of
from ci.checks.run import Ran
from ci.checks.run import _cause as cause
from ci.errors import BuildFailed, Failed
from ci.page.junit import written
from ci.page.page import Tone

NUNIT = b"""<?xml version="1.0"?><testsuites><testsuite name="nunit">
<testcase classname="AssetTests" name="Good" time="0.1"/>
<testcase classname="AssetTests" name="Bad"><failure message="">
  Expected: 2
  But was:  1</failure></testcase>
<testcase name="Alone"><error message="it broke"/></testcase>
<testcase classname="AssetTests" name="Later"><skipped/></testcase>
</testsuite></testsuites>"""
NESTED = b'<testsuite><testsuite><testcase name="a"/></testsuite><testcase name="b"/></testsuite>'
COBERTURA = b'<coverage lines-valid="200" lines-covered="150" line-rate="0.75"/>'
FILES = {"junit.xml": NUNIT, "deep/other.xml": NESTED, "coverage.xml": COBERTURA, "note.xml": b"<note/>", "a.txt": b"<"}
TEST = Test(command="run", stage="test", reports="/reports", memory=1, deadline=600)
GREEN = Outcome(
    service="identity", status=Status.PASSED, cause="", commit="abc", tally=Tally(tests=3, lines=3, covered=2)
)
RED = Outcome(
    service="issuance", status=Status.FAILED, cause="A.b: no", tally=Tally(tests=2, failed=1, faults=("A.b: no",))
)
UNBUILT = Outcome(service="registry", status=Status.FAILED, cause="Startup.cs(7,3): error CS1002: ; expected")
BEFORE = Outcome(
    service="portal", status=Status.REUSED, cause="passed before with the same inputs, at 0ld", tally=Tally(tests=5)
)
NONE = Outcome(service="docs", status=Status.UNTESTED, cause="the catalogue names no test command")


def test_junit_and_cobertura_are_known_by_what_they_hold() -> None:
    assert tally_of(read(FILES)) == Tally(
        tests=6,
        failed=2,
        skipped=1,
        lines=200,
        covered=150,
        faults=("AssetTests.Bad: Expected: 2", "Alone: it broke"),
    )


@pytest.mark.parametrize("said", ["", 'lines-valid="" lines-covered="many"'], ids=["nothing", "no number"])
def test_coverage_without_counts_is_none(said: str) -> None:
    assert tally_of(read({"c.xml": f"<coverage {said}/>".encode()})) == Tally()


def test_a_report_that_is_cut_short_is_told() -> None:
    with pytest.raises(BuildFailed, match=r"junit\.xml of the reports is not XML: "):
        read({"junit.xml": NUNIT[:50]})


@pytest.mark.parametrize(
    ("code", "tally", "said"),
    [
        (0, Tally(tests=1), ""),
        (1, Tally(tests=1), "the tests ended with 1"),
        (0, Tally(tests=2, failed=1, faults=("A.b: no",)), "A.b: no"),
        (1, Tally(tests=9, failed=3, faults=("A.b: no", "c", "d")), "A.b: no, and 2 more"),
        (0, Tally(), "the command left no JUnit file with a test in /reports: run"),
        (2, Tally(), "the tests ended with 2"),
    ],
    ids=["passed", "ended badly", "a red test", "three", "tested nothing", "never began"],
)
def test_a_run_is_red_for_what_it_says_and_for_how_it_ended(code: int, tally: Tally, said: str) -> None:
    assert cause(code, tally, TEST) == said


def test_a_green_run_is_a_table_and_one_line() -> None:
    said = tests_answer([GREEN, BEFORE, NONE], as_json=False).splitlines()
    assert said[1].split() == ["identity", "passed", "3", "0", "0", "66.6%", "0.0"]
    assert said[3].split()[:5] == ["docs", "untested", "-", "-", "-"]
    assert said[-1] == "all well: 8 tests of 3 services, 1 passed, 1 reused, 1 untested; covered 66.6%"


def test_a_red_run_is_raised_with_its_table() -> None:
    with pytest.raises(Failed) as raised:
        tests_answer([GREEN, RED, UNBUILT], as_json=True)
    assert str(raised.value).splitlines()[2].split()[:4] == ["issuance", "failed", "2", "1"]
    assert str(raised.value).splitlines()[-1] == (
        "2 of 3 failed: issuance: A.b: no; registry: Startup.cs(7,3): error CS1002: ; expected"
    )


def test_where_no_service_has_tests_it_is_said() -> None:
    assert tests_answer([NONE], as_json=False).endswith(
        "nothing was tested: 1 untested; services.toml does not say how"
    )


def test_all_but_one_line_is_not_all() -> None:
    assert verdict([evolve(GREEN, tally=Tally(tests=1, lines=10_000, covered=9_999))]).endswith("covered 99.9%")


def test_a_page_names_every_failed_test() -> None:
    page = page_of([GREEN, RED, BEFORE], "abc")
    assert (page.tone, page.title, page.verdict) == (Tone.BAD, "Tests of abc", "1 of 3 failed: issuance")
    assert page.faults == ("issuance: A.b: no",)
    assert [row.tone for row in page.rows] == [Tone.GOOD, Tone.BAD, Tone.CALM]


def test_junit_has_every_test_under_its_service_and_a_service_that_was_not_tested_as_one() -> None:
    ran = (Ran(outcome=evolve(GREEN, tally=tally_of(read(FILES))), files=FILES), Ran(outcome=UNBUILT))
    whole = ET.fromstring(written({one.outcome.service: suite_of(one) for one in ran}))  # noqa: S314  # our own
    assert [(one.get("name"), one.get("tests"), one.get("failures"), one.get("errors")) for one in whole] == [
        ("identity", "6", "1", "1"),
        ("registry", "1", "1", "0"),
    ]
    names = [(test.get("classname"), test.get("name")) for test in whole.iter("testcase")]
    assert names[0] == ("identity", "a")
    assert ("identity AssetTests", "Bad") in names
    assert names[-1] == ("registry", "tests")
