"""Dagger's version is decided in dagger.json; what repeats it agrees, and what an upgrade could move is still there."""

import importlib
import shutil
import subprocess
from pathlib import Path

import pytest

from bootstrap.errors import Refused
from bootstrap.settings import pinned_version
from bootstrap.upgrade import FACTS, PLACES, upgrade
from tests.support.repository import ROOT

VERSION = pinned_version().removeprefix("v")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The places alone."""
    for place in PLACES:
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / place, tmp_path / place)
    return tmp_path


def naming(version: str) -> set[str]:
    """The files of git that hold a version."""
    listed = ("git", "grep", "--untracked", "--files-with-matches", "--fixed-strings", version)
    return set(subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())  # noqa: S603


@pytest.mark.parametrize("place", PLACES)
def test_every_place_agrees_with_dagger_json(place: str) -> None:
    text = (ROOT / place).read_text(encoding="utf-8")
    assert [pattern for pattern in PLACES[place] if pattern.format(VERSION) not in text] == []


def test_no_other_file_names_the_version() -> None:
    others = naming(VERSION) - PLACES.keys()
    assert {path for path in others if not path.startswith(FACTS)} == set()


def test_an_upgrade_changes_every_place(checkout: Path) -> None:
    assert upgrade("v0.99.1", checkout) == tuple(PLACES)
    assert pinned_version(checkout) == "v0.99.1"
    for place, patterns in PLACES.items():
        text = (checkout / place).read_text(encoding="utf-8")
        assert [pattern for pattern in patterns if pattern.format("0.99.1") not in text] == []
        assert [pattern for pattern in patterns if pattern.format(VERSION) in text] == []


@pytest.mark.parametrize("version", ["latest", "", "0.22", "0.22.0-dev", "0.22.0 "])
def test_what_is_no_version_is_refused(checkout: Path, version: str) -> None:
    with pytest.raises(Refused, match=r"must be three numbers such as 0\.21\.9"):
        upgrade(version, checkout)


def test_a_place_that_has_changed_is_named_and_nothing_is_written(checkout: Path) -> None:
    (checkout / "docs/adopt.md").write_text("nothing", encoding="utf-8")
    with pytest.raises(Refused, match=r"^docs/adopt\.md does not hold "):
        upgrade("0.99.1", checkout)
    assert pinned_version(checkout) == f"v{VERSION}"


def test_the_private_class_by_which_an_error_prints_no_traceback_is_where_it_was() -> None:
    """`ci/verb.py` takes FunctionError from dagger.mod._exceptions: dagger-io offers it nowhere else."""
    try:
        error = importlib.import_module("dagger.mod._exceptions").FunctionError
    except (ImportError, AttributeError):
        pytest.fail(
            f"dagger-io {VERSION} has moved FunctionError from dagger.mod._exceptions: find it, and change ci/verb.py"
        )
    assert issubclass(error, Exception)
