"""A report's views: each says all of the page, and takes whatever a cause may hold."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml

from ci.page.folder import _outline as outline
from ci.page.folder import html, markdown
from ci.page.junit import junit
from ci.page.page import Bar, Curve, Page, Row, Tone, moment, most, short
from tests.support.pages import LINE, PAGES, digest

ROOT: Final = Path(__file__).parents[2]
ROW: Final = Row(name="shop", status="failed", tone=Tone.BAD, cause="it broke", cells=("1.0",))
PAGE: Final = Page(suite="images", title="A run", tone=Tone.BAD, verdict="1 failed", heads=("seconds",), rows=(ROW,))
every_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


class Seen(HTMLParser):
    """What a browser would show, and every element with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = ""
        self.elements = list[tuple[str, dict[str, str | None]]]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def broken(cause: str) -> Page:
    return evolve(PAGE, rows=(evolve(ROW, cause=cause),))


@every_page
def test_every_view_says_the_verdict_each_fault_and_each_cause(page: Page) -> None:
    tests = ET.fromstring(junit(page))  # noqa: S314  # our own
    views = (markdown(page), Seen(html(page)).text, "".join(tests.itertext()))
    for said in (*page.faults, *(row.cause for row in page.rows)):
        assert all(said in view for view in views), said
    for view in views[:2]:
        assert page.title in view
        assert page.verdict in view
        assert all(row.status in view and cell in view for row in page.rows for cell in row.cells)
        assert all(short(one) in view for row in page.rows for one in (row.old, row.new))


@every_page
def test_the_html_needs_no_network_and_runs_nothing(page: Page) -> None:
    elements = Seen(html(page)).elements
    assert not {tag for tag, _ in elements} & {"script", "link", "img", "iframe", "object", "base"}
    assert not [attrs for _, attrs in elements if attrs.keys() & {"src", "href", "srcset", "action"}]
    assert "url(" not in html(page)
    assert "@import" not in html(page)


def test_a_cause_is_text_and_no_markup() -> None:
    page = broken(LINE)
    assert "<b>more</b>" not in html(page)
    assert LINE in Seen(html(page)).text
    quoted = evolve(page, rows=(evolve(ROW, bars=(Bar('"><script>', 0, 1, Tone.BAD),)),))
    assert "script" not in {tag for tag, _ in Seen(html(quoted)).elements}


def test_a_bar_in_a_cause_does_not_end_the_cell() -> None:
    assert r"a \| b c" in markdown(broken("a | b\nc"))


def test_gitlab_shows_a_service_as_a_test_of_its_suite_with_its_cause() -> None:
    (suite,) = JUnitXml.fromstring(junit(PAGES["red"]).encode())
    tests = {test.name: test for test in suite}
    assert (suite.tests, suite.failures, suite.errors) == (len(tests), 2, 0)
    assert {test.classname for test in tests.values()} == {"images"}
    assert [name for name, test in tests.items() if test.is_failure] == ["issuance", "portal-investor"]
    assert tests["issuance"].result[0].text == f"failed: {LINE}"
    assert tests["issuance"].time == 17.9
    assert tests["registry"].system_out == f"reused: same inputs as {digest('registry', 'old')[:19]}"


@pytest.mark.parametrize("name", ["nothing", "unreachable"])
def test_what_cannot_be_reported_is_one_failed_test_that_says_so(name: str) -> None:
    (suite,) = JUnitXml.fromstring(junit(PAGES[name]).encode())
    (test,) = suite
    assert test.is_failure
    assert test.result[0].text == PAGES[name].faults[0]


@given(st.text())
def test_whatever_a_build_printed_junit_is_xml(cause: str) -> None:
    (failure,) = ET.fromstring(junit(broken(f"a{cause}z"))).iter("failure")  # noqa: S314  # our own
    assert (failure.text or "")[:9] == "failed: a"
    assert (failure.text or "")[-1] == "z"


@pytest.mark.parametrize(
    ("seconds", "marks"),
    [(0, (0,)), (0.4, (0,)), (7, (0, 2, 4, 6)), (100.2, (0, 30, 60)), (9000, (0, 1800, 3600, 5400, 7200))],
)
def test_the_axis_has_few_and_round_marks(seconds: float, marks: tuple[int, ...]) -> None:
    page = evolve(PAGE, rows=(evolve(ROW, bars=(Bar("built", 0, seconds, Tone.GOOD),)),))
    assert page.marks == marks


def test_the_curve_is_level_from_point_to_point_and_has_room_for_its_limit() -> None:
    curve = Curve(points=((0, 5), (5, 10)), limit=10, peak_says="", limit_says="")
    assert curve.top == pytest.approx(11)
    assert outline(curve, 10) == (
        "0.0,100.0 0.0,100.0 0.0,54.5 500.0,54.5 500.0,9.1 1000.0,9.1 1000.0,100.0"
    )  # fmt: skip


def test_bars_that_touch_are_not_side_by_side() -> None:
    first, second, third = (Bar("built", start, end, Tone.GOOD) for start, end in ((0, 2), (2, 4), (1, 3)))
    assert most([first, second]) == 1
    assert most([first, second, third]) == 2


def test_times_and_digests_are_for_people() -> None:
    assert moment("2026-11-25T01:12:58+00:00") == "2026-11-25 01:12:58 UTC"
    assert short(f"sha256:{'0123456789abcdef' * 4}") == "0123456789ab"
    assert short("shop:dev") == "shop:dev"


def test_all_that_the_module_reads_is_in_what_dagger_takes_of_it() -> None:
    include = json.loads((ROOT / "dagger.json").read_text(encoding="utf-8"))["include"]
    taken = {path for pattern in include if not pattern.startswith("!") for path in ROOT.glob(pattern)}
    held = {path for path in (ROOT / "ci").rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert held <= taken
