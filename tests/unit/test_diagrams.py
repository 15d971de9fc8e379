"""The diagrams of the papers can be drawn."""

from pathlib import Path
from typing import Final

from tests.support.papers import Paper
from tests.support.papers.diagrams import faults_of

ROOT: Final = Path(__file__).parents[2]


def test_every_diagram_is_valid() -> None:
    papers = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    drawn = [fence.text for path in papers for fence in Paper(path).fences if fence.language == "mermaid"]
    assert drawn
    assert [fault for fault in faults_of(drawn) if fault] == []


def test_a_diagram_that_cannot_be_drawn_is_found() -> None:
    good, bad = faults_of(["flowchart LR\n a --> b\n", "sequenceDiagram\n a->>: nobody\n"])
    assert good == ""
    assert bad.startswith("Parse error on line 2")
