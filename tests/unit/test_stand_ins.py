"""What stands on home-made images is refused with a sentence, or taken with one."""

import re

import pytest

from bootstrap import mirror
from ci.errors import StandInRefused
from ci.stand_ins import LABEL, refuse


def test_there_is_nothing_to_say_of_real_images(capsys: pytest.CaptureFixture[str]) -> None:
    refuse([], allowed=False)
    refuse([], allowed=True)
    assert capsys.readouterr().err == ""


def test_home_made_ones_are_named_and_refused() -> None:
    with pytest.raises(StandInRefused, match=re.escape("node:20, postgres:16 came from this engine's own mirror")):
        refuse(["postgres:16", "node:20", "node:20"], allowed=False)


def test_with_the_flag_the_call_says_so_and_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    refuse(["node:20"], allowed=True)
    assert capsys.readouterr().err.startswith("node:20 came from this engine's own mirror")


def test_the_mirror_writes_the_label_that_the_module_reads() -> None:
    assert mirror.LABEL == LABEL
