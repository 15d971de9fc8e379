"""A failure is seen while the other tests still run."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.repository import ROOT

TESTS = """\
def test_first():
    assert 1 == 2, "the reason"

def test_second():
    print("\\nthe second runs")
"""


def test_a_failure_is_shown_with_its_reason_before_the_next_test(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("from tests.support.failures import configure as pytest_configure\n")
    (tmp_path / "test_two.py").write_text(TESTS)
    argv = (sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path)
    alone = {**os.environ, "PYTEST_ADDOPTS": ""}
    done = subprocess.run(argv, cwd=ROOT, env=alone, capture_output=True, text=True, check=False)  # noqa: S603
    before, _, after = done.stdout.partition("the second runs")
    assert after, done.stdout + done.stderr
    assert "FAILED test_two.py::test_first" in before
    assert "AssertionError: the reason" in before
