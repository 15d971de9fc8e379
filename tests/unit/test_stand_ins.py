"""Images on stand-ins are refused with one sentence, or accepted with one."""

import re

import pytest

from bootstrap import recipes
from ci.errors import StandInRefused
from ci.stand_ins import LABEL, refuse


def test_official_images_are_not_mentioned(capsys: pytest.CaptureFixture[str]) -> None:
    refuse([], allowed=False)
    refuse([], allowed=True)
    assert capsys.readouterr().err == ""


def test_stand_ins_are_named_once_and_refused() -> None:
    with pytest.raises(StandInRefused, match=re.escape("node:20, postgres:16: not the official image")):
        refuse(["postgres:16", "node:20", "node:20"], allowed=False)


def test_the_flag_accepts_them_and_the_call_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    refuse(["node:20"], allowed=True)
    assert capsys.readouterr().err.startswith("node:20: not the official image")


def test_the_local_engines_debian_carries_the_label_that_the_module_reads() -> None:
    assert recipes.STAND_IN == LABEL
