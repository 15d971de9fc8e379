"""The cause of usual failures is the line that a person would look for, and what to do where that is known."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from ci.cause import cause_of

FAILURES: Final = tomllib.loads(Path(__file__).with_name("causes.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_the_cause_is_the_line_that_a_person_looks_for(failure: Mapping[str, str]) -> None:
    assert cause_of(failure["output"], "exit code: 1", 1) == failure["cause"]
