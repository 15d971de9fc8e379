"""What adopt-check finds in repositories as strangers have them is right, and their services are in its draft."""

import pytest
from attrs import asdict

from ci.adopt.checks import CHECKS, run
from ci.adopt.finding import Level
from ci.catalogue import load
from tests.support.adoption import seen
from tests.support.shapes import PAPER, SHAPES, Shape, paper

COMPARED = ("dockerfile", "context", "target", "args", "port", "published")
EACH = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.folder.name)


@EACH
def test_what_is_found_is_right(shape: Shape) -> None:
    findings = {
        (finding.level, finding.place): f"{checked.check.name}: {finding.what}"
        for checked in run(seen(shape.folder / "tree"))
        if checked.check is not CHECKS[0]  # there is no services.toml yet
        for finding in checked.findings
    }
    in_the_way = {place: what for (level, place), what in findings.items() if level is Level.FAULT}
    # Lines of .env are the engine's to tell: tests/engine/test_adopt.py.
    faults = {place: why for place, why in shape.places("faults").items() if not place.startswith(".env:")}
    assert {place: what for place, what in in_the_way.items() if place not in faults} == {}
    assert {place: why for place, why in faults.items() if place not in in_the_way} == {}
    places = {place for _, place in findings}
    assert {place: why for place, why in shape.places("warnings").items() if place not in places} == {}


@EACH
def test_the_draft_names_the_services(shape: Shape) -> None:
    drafted = {service.name: asdict(service) for service in load(seen(shape.folder / "tree").draft).services}
    usual: dict[str, object] = {"target": "", "args": {}, "port": 0, "published": 0}
    expected = {name: {**usual, **facts} for name, facts in shape.right["services"].items()}
    assert {name: {key: facts[key] for key in COMPARED} for name, facts in drafted.items()} == expected


def test_the_page_is_that_of_the_shapes() -> None:
    assert PAPER.read_text(encoding="utf-8") == paper()
