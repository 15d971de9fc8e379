"""What the module's own code adds to the start of Python in a call, after the library that every module imports."""

import subprocess
import sys
from statistics import median
from typing import Final

from tests.bench.section import Section
from tests.support.repository import ROOT

ROUNDS: Final = 15
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
        head=("call", "median", "spread"),
        cells=[
            (name, f"{median(each) * 1000:.0f} ms", f"{min(each) * 1000:.0f}-{max(each) * 1000:.0f} ms")
            for name, each in took.items()
        ],
        rows=[{"case": name, "seconds": each} for name, each in took.items()],
        bars={name: median(each) * 1000 for name, each in took.items()},
        unit="milliseconds",
    )


def _seconds(imports: str) -> float:
    program = TIMED.format(imports=imports)
    done = subprocess.run((sys.executable, "-c", program), cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    return float(done.stdout)
