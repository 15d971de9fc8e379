"""`check`: every patch applies, every test exists. `run [NAME…]`: each test fails with its patch and passes without."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Final

from tests.mutations.mutation import Mutation, mutations
from tests.support.repository import ROOT, copy

PASSED: Final = 0
FAILED: Final = 1  # by pytest: tests ran and some failed; more is a test that cannot be collected


def main(verb: str, *names: str) -> int:
    chosen = [one for one in mutations() if not names or one.name in names]
    faults = check(chosen) if verb == "check" else run(chosen)
    for fault in faults:
        print(f"FAILED {fault}", file=sys.stderr)
    print(f"{len(chosen) - len(faults)} of {len(chosen)} mutations {'apply' if verb == 'check' else 'were found'}")
    return bool(faults)


def check(chosen: Sequence[Mutation]) -> list[str]:
    """A sentence for each patch that no longer applies and each test that is gone."""
    faults = [f"{one.name}: {said}; renew the patch" for one in chosen if (said := one.apply(ROOT, "--check"))]
    collected = _pytest(ROOT, "--collect-only", "--quiet", "--every", *{one.test for one in chosen})
    if collected.returncode != PASSED:
        faults.append(f"a test is gone or has another name: {collected.stdout[-2000:]}{collected.stderr}")
    return faults


def run(chosen: Sequence[Mutation]) -> list[str]:
    """A sentence for each mutation that its test does not find."""
    with TemporaryDirectory() as place:
        root = copy(Path(place)).root
        sound = _pytest(root, "-q", "--every", *{one.test for one in chosen})
        if sound.returncode != PASSED:
            return [f"without a mutation: {sound.stdout[-6000:]}"]
        print(f"without a mutation: {sound.stdout.strip().splitlines()[-1]}", flush=True)
        return [fault for one in chosen if (fault := _not_found(one, root))]


def _not_found(mutation: Mutation, root: Path) -> str:
    began = monotonic()
    if said := mutation.apply(root):
        return f"{mutation.name}: {said}"
    done = _pytest(root, "-q", "--every", mutation.test)
    mutation.apply(root, "--reverse")
    if done.returncode != FAILED:
        return f"{mutation.name}: {mutation.test} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr}"
    reason = next((line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))), "")
    print(f"{mutation.name}: found in {monotonic() - began:.0f} s by {reason[:240]}", flush=True)
    return ""


def _pytest(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603  # arguments of our own
        (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments),
        cwd=root,
        env={**os.environ, "PYTEST_ADDOPTS": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
