"""What Dagger's own Python runtime needs of this repository: real users have that one, and these tests another.

Its rules are in sdk/python/runtime of Dagger's repository: discovery.go, main.go.
"""

import json
import re
import subprocess
import tomllib
from importlib import import_module
from typing import Any, Final

import pytest

from tests.support.repository import ROOT

MODULE: Final[dict[str, Any]] = json.loads((ROOT / "dagger.json").read_text(encoding="utf-8"))
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# Files at the root by which the runtime chooses another Python or installs what they lock, and folders that it removes.
NOT_AT_THE_ROOT: Final = (".python-version", "uv.lock", "requirements.lock", ".venv", "sdk")


def in_git(*paths: str) -> list[str]:
    """The files of git that match."""
    listed = ("git", "ls-files", *paths)
    return subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603


def test_the_module_is_one_of_dagger_s_own_python_sdk() -> None:
    assert MODULE["sdk"] == {"source": "python"}
    assert "source" not in MODULE  # the module is where dagger.json is


def test_the_entry_point_leads_to_the_class_that_has_the_module_s_name() -> None:
    module, _, name = PROJECT["project"]["entry-points"]["dagger.mod"]["main_object"].partition(":")
    assert name == "".join(word.capitalize() for word in re.split(r"[-_]", MODULE["name"]))
    assert isinstance(getattr(import_module(module), name), type)
    build = PROJECT["tool"]["uv"]["build-backend"]
    assert (build["module-name"], build["module-root"]) == (module.partition(".")[0], "")


def test_the_sdk_is_named_without_a_version() -> None:
    """The engine puts its own copy beside the sources, which calls itself 0.0.0."""
    named = [line for line in PROJECT["project"]["dependencies"] if line.startswith("dagger-io")]
    assert named == ["dagger-io"]


def test_python_s_version_is_that_of_an_official_image() -> None:
    """The runtime takes what follows `>=` for the tag of python:TAG-slim."""
    assert re.fullmatch(r">=3\.\d+", PROJECT["project"]["requires-python"])
    assert not {"base-image", "use-uv", "uv-version"} & PROJECT["tool"].get("dagger", {}).keys()


@pytest.mark.parametrize("name", NOT_AT_THE_ROOT)
def test_nothing_at_the_root_means_something_else_to_the_runtime(name: str) -> None:
    assert in_git(name) == []


def test_what_the_module_is_made_of_is_included_and_nothing_else() -> None:
    first, *included = MODULE["include"]
    assert first == "!**"
    matched = {pattern: in_git(f":(glob){pattern}") for pattern in included}
    assert [pattern for pattern, paths in matched.items() if not paths] == []
    assert {path for paths in matched.values() for path in paths} == {"pyproject.toml", *in_git("ci")}
