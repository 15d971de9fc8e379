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
from tests.support.repository import ROOT, committed, copy

PASSED: Final = 0
FAILED: Final = 1  # by pytest: tests ran and some failed; more is a test that cannot be collected
NOT_BEGUN: Final = "ERROR at setup of"  # an engine or a host that does not come up finds nothing


def main(verb: str, *names: str) -> int:
    """Check or run the named mutations, all when none is named; return 1 when one has a fault."""
    known = {mutation.name: mutation for mutation in mutations()}
    if unknown := [name for name in names if name not in known]:
        print(f"there is no mutation {', '.join(unknown)}: there are {', '.join(known)}", file=sys.stderr)
        return 2
    chosen = [known[name] for name in names or known]
    faults = check(chosen) if verb == "check" else run(chosen)
    for fault in faults:
        print(f"FAILED {fault}", file=sys.stderr)
    if not faults:
        print(f"{len(chosen)} of {len(chosen)} mutations {'apply' if verb == 'check' else 'were found'}")
    return bool(faults)


def check(chosen: Sequence[Mutation]) -> list[str]:
    """A sentence for each patch that no longer applies, and one when a test is gone."""
    refused = ((mutation.name, mutation.apply(ROOT, "--check")) for mutation in chosen)
    faults = [f"{name}: {reason}; renew the patch" for name, reason in refused if reason]
    collected = _pytest(ROOT, "--collect-only", "--quiet", "--every", *{mutation.test for mutation in chosen})
    if collected.returncode != PASSED:
        faults.append(f"a test is gone or has another name: {collected.stdout[-2000:]}{collected.stderr}")
    return faults


def run(chosen: Sequence[Mutation]) -> list[str]:
    """A sentence for each mutation that its test does not find, or one when a test fails without any."""
    with TemporaryDirectory() as folder:
        root = committed(copy(Path(folder))).root  # tests copy what git knows
        intact = _pytest(root, "--every", *{mutation.test for mutation in chosen})
        if intact.returncode != PASSED:
            return [f"without a mutation: {intact.stdout[-6000:]}"]
        print(f"without a mutation: {intact.stdout.strip().splitlines()[-1]}", flush=True)
        return [fault for mutation in chosen if (fault := _not_found(mutation, root))]


def _not_found(mutation: Mutation, root: Path) -> str:
    """Why the test does not find the mutation: empty when it does."""
    began = monotonic()
    if reason := mutation.apply(root):
        return f"{mutation.name}: {reason}"
    broken = _pytest(root, "--every", mutation.test)
    if reason := mutation.apply(root, "--reverse"):
        return f"{mutation.name}: {reason}"
    if broken.returncode != FAILED or NOT_BEGUN in broken.stdout:
        return (
            f"{mutation.name}: {mutation.test} ended with {broken.returncode}: {broken.stdout[-2000:]}{broken.stderr}"
        )
    line = next(line for line in broken.stdout.splitlines() if line.startswith(("FAILED", "ERROR")))
    print(f"{mutation.name}: found in {monotonic() - began:.0f} s: {line[:240]}", flush=True)
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
