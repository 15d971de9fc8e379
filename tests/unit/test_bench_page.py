"""The page of benchmarks is what its figures say, and its pictures are readable on a phone."""

import re
from xml.etree import ElementTree as ET

from tests.bench.__main__ import SECTIONS
from tests.bench.page import FOLDER, PAGE, WIDTH, page, picture
from tests.bench.section import Section


def test_the_page_is_what_the_figures_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(SECTIONS)
    named = set(re.findall(r"\(benchmarks/(.+)\.svg\)", page(SECTIONS)))
    assert named == {path.stem for path in FOLDER.glob("*.svg")}
    assert {path.stem for path in FOLDER.glob("*.json")} <= SECTIONS.keys()


def test_a_picture_has_each_name_and_value_and_is_no_wider_than_a_phone() -> None:
    bars = {"the first": 12.0, "the second": 0.345}
    drawn = ET.fromstring(  # noqa: S314  # of our own
        picture(Section(title="t", head=(), cells=(), rows=(), bars=bars, unit="seconds"))
    )
    told = {text.strip() for text in drawn.itertext()}
    assert {"the first", "the second", "12", "0.345", "seconds"} <= told
    assert drawn.attrib["viewBox"].split()[2] == str(WIDTH)
