"""docs/benchmarks.md: each section as it was measured last, with its day, commit and machine, and a picture."""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from attrs import frozen
from cattrs import Converter

from tests.bench.section import Section
from tests.support.measured import commit, today
from tests.support.repository import ROOT

PAGE: Final = ROOT / "docs/benchmarks.md"
FOLDER: Final = ROOT / "docs/benchmarks"
WIDTH: Final = 400  # a phone's, in pixels, as all that follows
EDGE, LINE, BAR, SIZE, VALUE = 8, 22, 14, 14, 48
HEAD: Final = """\
# What it costs

`make bench` measured this and wrote this page, its pictures and the figures beside them (`docs/benchmarks`); a section
alone: `make bench SECTIONS=calls`. Contenders of a section ran on one machine in turn. Times are wall times, medians
where there are several.
"""


@frozen(kw_only=True)
class Measured:
    """A section with where and when it was measured."""

    at: str
    commit: str
    machine: str
    section: Section


def measured(section: Section) -> Measured:
    """A section that was measured here and now."""
    return Measured(at=today(), commit=commit(), machine=_machine(), section=section)


def keep(name: str, done: Measured) -> None:
    """Write its figures and its picture, and the page anew."""
    FOLDER.mkdir(exist_ok=True)
    _figures(name).write_text(json.dumps(Converter().unstructure(done), indent=1) + "\n", encoding="utf-8")
    if done.section.bars:
        (FOLDER / f"{name}.svg").write_text(picture(done.section), encoding="utf-8")


def page(names: Iterable[str]) -> str:
    """The page, from the figures that are kept, in the order of the names."""
    told = (_told(name) for name in names if _figures(name).exists())
    return "\n".join((HEAD, *told))


def picture(section: Section) -> str:
    """The bars as SVG, the name above each, so that a phone has the whole width for them."""
    height, most = LINE * (2 * len(section.bars) + 1), max(section.bars.values())
    root = ET.Element(
        "svg",
        {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDTH} {height}", "font-family": "sans-serif"},
    )
    ET.SubElement(root, "rect", width=f"{WIDTH}", height=f"{height}", fill="white")
    for number, (name, value) in enumerate(section.bars.items()):
        top, long = LINE * 2 * number, round(value / most * (WIDTH - VALUE - 2 * EDGE))
        _write(root, name, EDGE, top + LINE)
        ET.SubElement(
            root, "rect", x=f"{EDGE}", y=f"{top + LINE + 6}", width=f"{max(long, 1)}", height=f"{BAR}", fill="#3465a4"
        )
        _write(root, f"{value:.3g}", EDGE + long + 6, top + LINE + BAR + 3)
    _write(root, section.unit, EDGE, height - 6, fill="#666666")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def _write(root: ET.Element, text: str, left: int, bottom: int, fill: str = "#111111") -> None:
    placed = ET.SubElement(root, "text", {"x": f"{left}", "y": f"{bottom}", "font-size": f"{SIZE}", "fill": fill})
    placed.text = text


def _figures(name: str) -> Path:
    return FOLDER / f"{name}.json"


def _told(name: str) -> str:
    done = Converter().structure(json.loads(_figures(name).read_text(encoding="utf-8")), Measured)
    return "\n".join(_lines(name, done)) + "\n"


def _lines(name: str, done: Measured) -> Iterator[str]:
    yield f"## {done.section.title}\n"
    yield f"{done.at}, {done.commit}, {done.machine}.\n"
    yield f"{done.section}\n"
    if done.section.said:
        yield f"{done.section.said}\n"
    if done.section.bars:
        yield f"![{done.section.title}, in {done.section.unit}](benchmarks/{name}.svg)"


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    names = {line.partition(":")[2].strip() for line in _lines_of("/proc/cpuinfo") if line.startswith("model name")}
    return f"{os.cpu_count()} cores of {' and '.join(sorted(names)) or os.uname().machine}, {memory:.0f} GiB"


def _lines_of(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()
