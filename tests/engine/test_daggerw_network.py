"""A dockerd of ours leaves the host's network as it was, however it ends."""

from pathlib import Path

import pytest

from tests.support.own_network import (
    Scenario,
    another_took_its_place,
    cannot_start,
    interrupted_while_it_starts,
    killed_and_down,
    killed_before_the_next,
    play,
    start_and_stop,
    with_a_guest,
)

RULES = pytest.mark.parametrize("rules", [pytest.param(False, id="clean"), pytest.param(True, id="with rules")])


@RULES
@pytest.mark.parametrize("scenario", [start_and_stop, killed_before_the_next, killed_and_down])
def test_rules_links_forwarding_and_names_are_as_before(tmp_path: Path, scenario: Scenario, *, rules: bool) -> None:
    before, after, _ = play(scenario, tmp_path / "cache", rules=rules)
    assert after == before
    assert bool(before["iptables"]) == rules


def test_one_that_still_starts_is_waited_for(tmp_path: Path) -> None:
    before, after, _ = play(interrupted_while_it_starts, tmp_path / "cache", rules=True)
    assert after == before


def test_one_that_cannot_start_tells_the_end_of_its_log(tmp_path: Path) -> None:
    before, after, said = play(cannot_start, tmp_path / "cache", rules=True)
    log = tmp_path / "cache" / "logs" / "dockerd.log"
    assert said.startswith(f"daggerw: dockerd does not start; the end of {log}:\n")
    assert f"canonical path points to a file '{tmp_path}/cache/docker'" in said
    assert after == before


def test_it_stays_as_long_as_a_container_of_somebody_else_runs_in_it(tmp_path: Path) -> None:
    before, after, said = play(with_a_guest, tmp_path / "cache", rules=True)
    assert said.splitlines()[-2:] == ["daggerw: dockerd stays: guest still runs", "daggerw: stopping dockerd"]
    assert after == before


def test_the_rules_of_a_daemon_that_took_its_place_are_left_alone(tmp_path: Path) -> None:
    play(another_took_its_place, tmp_path / "cache", rules=False)
