"""What the module's own code adds to the start of Python in a call, after the library that every module imports."""

import subprocess
import sys
from collections.abc import Sequence
from statistics import median
from typing import Final

from tests.bench.section import Section, outcome
from tests.support.repository import ROOT

ROUNDS: Final = 15
MOST: Final = 0.050  # seconds
TIMED: Final = """
import dagger, time
started = time.perf_counter()
{imports}
print(time.perf_counter() - started)
"""
CASES: Final = {
    "what each start of Python imports": "import ci.module",
    "publish-all": "import ci.module, ci.publish, ci.report",
    "deploy": "import ci.module, ci.host.deploy, ci.host.report, ci.smoke.after",
}


def measured() -> Section:
    """Medians of some starts."""
    took = {name: [_seconds(imports) for _ in range(ROUNDS)] for name, imports in CASES.items()}
    return Section(
        title="The imports of `ci`",
        head=("call", "median", "spread", "to reach"),
        cells=[(name, *_cells(each)) for name, each in took.items()],
        rows=[{"case": name, "seconds": each} for name, each in took.items()],
        bars={name: median(each) * 1000 for name, each in took.items()},
        unit="milliseconds",
    )


def _cells(seconds: Sequence[float]) -> tuple[str, ...]:
    told, least, most, goal = (f"{each * 1000:.0f}" for each in (median(seconds), min(seconds), max(seconds), MOST))
    return f"{told} ms", f"{least}-{most} ms", outcome(f"{goal} ms", reached=median(seconds) <= MOST)


def _seconds(imports: str) -> float:
    program = TIMED.format(imports=imports)
    done = subprocess.run((sys.executable, "-c", program), cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    return float(done.stdout)
