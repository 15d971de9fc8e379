"""One run of the tests at a time, and nothing of it left."""

import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

import tests.run
from bootstrap.errors import Refused
from tests.run import alone
from tests.support.repository import ROOT
from tests.support.waiting import until

HOLDING = """
import sys
from pathlib import Path
from tests.run import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""

RUNNING = """
import signal
from tests.run import run
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests with & ignores it
run(("sh", "-c", "sleep 1000 & echo $!; wait"))
"""


def test_an_interrupted_step_leaves_no_process() -> None:
    argv = (sys.executable, "-c", RUNNING)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as outer:  # noqa: S603
        assert outer.stdout
        started = Path("/proc", outer.stdout.readline().strip())
        until(lambda: (started / "comm").read_text() == "sleep\n", 10, "it does not start")
        outer.send_signal(signal.SIGINT)
        try:
            until(lambda: not started.exists(), 10, "what the step started still runs")
        finally:
            outer.kill()


def test_the_engine_comes_up_after_the_authority_that_it_must_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a machine without caches nothing else makes it in time."""

    def engine() -> None:
        raise Refused(", ".join(path.name for path in (tmp_path / "tests/certificates").iterdir()))

    monkeypatch.setenv("DAGGERW_CERTIFICATES", str(tmp_path / "tests/certificates"))
    monkeypatch.setenv("PYTEST_ADDOPTS", "")  # it is changed
    monkeypatch.setattr(tests.run, "alone", nullcontext)
    monkeypatch.setattr(tests.run, "engine", engine)
    assert tests.run.main("engine") == 1
    assert capsys.readouterr().err == "tests: ois-cfa-tests.crt\n"


def test_a_second_run_is_refused_with_the_first_ones_process_until_that_is_gone(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    argv = (sys.executable, "-c", HOLDING, str(lock))
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as first:  # noqa: S603
        assert first.stdout
        assert first.stdout.readline() == "held\n"
        with pytest.raises(Refused, match=rf"another run .* \(process {first.pid}, since .*\): wait"), alone(lock):
            pass
        first.kill()
        first.wait()
    with alone(lock):
        pass
