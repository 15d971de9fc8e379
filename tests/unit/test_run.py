"""One run of the tests at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap.errors import Refused
from tests.run import alone
from tests.support.repository import ROOT

HOLDING = """
import sys
from pathlib import Path
from tests.run import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


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
