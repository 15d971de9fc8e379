"""A run that ends early takes along what it started, and the next one goes on from there."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGKILL, SIGTERM, Signals

import pytest

from bootstrap import workshop
from bootstrap.errors import Interrupted, StageFailed
from bootstrap.stages import make_all
from bootstrap.workshop import Tools
from tests.support.little_stages import make_three, stage
from tests.support.repository import ROOT
from tests.support.waiting import until

DEADLINE = 20
SENTENCE = "daggerw: interrupted; the same command continues where this one stopped"
WAITING = "daggerw: another call looks after the engine just now; waiting for it\n"

Run = subprocess.Popen[str]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    (tmp_path / "cache" / "logs").mkdir(parents=True)
    return tmp_path / "cache"


@pytest.fixture
def held(cache: Path) -> Iterator[Run]:
    """A run in a process of its own, held in its second stage."""
    with start(cache) as run:
        try:
            until((cache.parent / "pid").exists, DEADLINE, "the stage is held")
            yield run
        finally:
            run.terminate()


@pytest.mark.parametrize("number", [SIGINT, SIGTERM, SIGHUP])
def test_an_interrupted_run_ends_what_it_started_and_the_next_goes_on(cache: Path, held: Run, number: Signals) -> None:
    held.send_signal(number)
    told = held.communicate(timeout=DEADLINE)[1].splitlines()
    assert (held.returncode, told[-1]) == (130, SENTENCE)
    assert not any("Traceback" in line for line in told)
    assert not alive(process_of(cache))
    assert [folder.name.partition("-")[0] for folder in (cache / "made").iterdir()] == ["quick"]
    assert list((cache / "work").iterdir()) == []
    (cache.parent / "go").touch()
    said: list[str] = []
    make_three(cache, said.append)
    assert [line for line in said if line.endswith("(no time)")] == ["make held (no time)", "make last (no time)"]


def test_an_interruption_is_no_exception() -> None:
    """It comes anywhere, and `threading` for one takes an Exception for a fault of the thread that it starts."""
    assert not issubclass(Interrupted, Exception)


def test_an_interruption_while_python_starts_is_no_traceback() -> None:
    with subprocess.Popen((str(ROOT / "daggerw"), "help"), stderr=subprocess.PIPE, text=True) as run:  # noqa: S603
        while "python" not in Path(f"/proc/{run.pid}/comm").read_text():  # a pause would miss the moment
            assert run.poll() is None
        run.send_signal(SIGINT)
        assert "Traceback" not in run.communicate(timeout=DEADLINE)[1]
    assert run.returncode in {0, 130, -SIGINT}  # it may be at its end already


def test_what_a_killed_run_started_keeps_others_waiting_until_it_ends(cache: Path, held: Run) -> None:
    held.send_signal(SIGKILL)
    held.wait(DEADLINE)
    (cache.parent / "go").touch()
    assert alive(process_of(cache))
    with start(cache) as second:
        assert second.stderr
        lines = iter(second.stderr.readline, "")
        assert WAITING in (next(lines), next(lines))  # after the line that tells the engine
        os.kill(process_of(cache), SIGKILL)
        assert second.wait(DEADLINE) == 0


def test_a_failed_stage_ends_the_others_even_those_that_do_not_listen(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workshop, "END_SECONDS", 0.2)
    deaf = 'trap \'\' TERM; sleep 600 & echo $$ $! > "$OUT/new"; mv "$OUT/new" "$OUT/pids"; wait; sleep 600'
    table = (
        stage(cache, "deaf", deaf),
        stage(cache, "bad", f"timeout {DEADLINE} sh -c 'until test -e \"$OUT/pids\"; do sleep 0.05; done'; exit 1"),
    )
    with pytest.raises(StageFailed, match=r"^make bad failed"):
        make_all(table, Tools(cache), print)
    pids = [int(pid) for pid in (cache.parent / "pids").read_text().split()]
    until(lambda: not any(map(alive, pids)), DEADLINE, "its processes end")


def start(cache: Path) -> Run:
    return subprocess.Popen(
        # What a caller ignores, a terminal's end under nohup for instance, its children would ignore too.
        ("env", "--default-signal", sys.executable, "-m", "tests.support.little_stages"),  # noqa: S607
        cwd=ROOT,
        env={**os.environ, "DAGGERW_ENGINE": "local", "DAGGERW_CACHE": str(cache)},
        stderr=subprocess.PIPE,
        text=True,
    )


def process_of(cache: Path) -> int:
    return int((cache.parent / "pid").read_text())


def alive(pid: int) -> bool:
    """Whether it runs; a corpse does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
