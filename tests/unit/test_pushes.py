"""A busy day does not starve `dev`, by the durations that the bench measured."""

import pytest

from tests.support.gitlab.paper import EVERY, PAPER, durations, paper
from tests.support.gitlab.pushes import play


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("case", durations())
def test_under_the_rule_of_the_file_dev_moves_all_day(case: str, every: int) -> None:
    seconds = durations()[case]
    day = play("conservative", every, seconds)
    assert day.moves >= 5
    # A push waits for the pipeline before it, and then for its own.
    assert day.longest <= every + 2.5 * sum(seconds.values())


def test_were_every_job_interruptible_a_busy_day_would_move_nothing() -> None:
    slowest = max(durations().values(), key=lambda seconds: sum(seconds.values()))
    assert play("interruptible", min(EVERY), slowest).moves == 0


def test_the_page_says_what_is_played_and_spoilt() -> None:
    assert PAPER.read_text(encoding="utf-8") == paper()
