"""The papers say what is there."""

import re
from pathlib import Path
from typing import Final

import pytest
from dagger.mod._module import FUNCTION_DEF_KEY

from ci.module import OisCfa

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE: Final = (ROOT / "Makefile").read_text(encoding="utf-8")
PAPERS: Final = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "sample/README.md")
FUNCTIONS: Final = {
    name.replace("_", "-") for name, member in vars(OisCfa).items() if hasattr(member, FUNCTION_DEF_KEY)
}
TWO_SCREENS: Final = 110  # lines


def test_the_readme_calls_every_function_and_no_other() -> None:
    assert set(re.findall(r"^ *(?:\$ )?\./daggerw call ([a-z0-9-]+)", README, re.MULTILINE)) == FUNCTIONS


def test_the_readme_fits_on_two_screens() -> None:
    assert len(README.splitlines()) <= TWO_SCREENS


def test_every_make_target_explains_itself() -> None:
    rules = re.findall(r"^([a-z-]+):(?! export)(.*)", MAKEFILE, re.MULTILINE)
    assert rules
    assert [name for name, rest in rules if " ## " not in rest] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_a_paper_names_files_and_targets_that_exist(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert [link for link in links if not (paper.parent / link).exists()] == []
    targets = set(re.findall(r"`make ([a-z-]+)", text))
    assert targets <= set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
