"""What the first call on a new engine is made of, by the engine's own account of it."""

import re
from statistics import median
from typing import Final

from tests.bench.calls import VARIABLES
from tests.bench.cold import NewEngine, new_engines
from tests.bench.section import Section, seconds_told
from tests.bench.turns import seconds_of
from tests.support.pipeline import Pipeline, green
from tests.support.repository import ROOT

ROUNDS: Final = 2
WHOLE: Final = "the whole call"
STEPS: Final = {  # what the engine calls each, the first of that name
    "connect": r": connect",
    "unpack the engine's Go, generate the code of its Python SDK": r"ModuleSource@\S+\.asModule = ",
    "compile that": r"pythonSdk = ",
    "our module: Python, dependencies, sources, types": r"ModuleSource\.asModule = ",
    "the function": r"OisCfa\.services = ",
}
COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")


def measured() -> Section:
    """Medians of some engines."""
    with new_engines() as new_engine:
        rounds = [_round(new_engine) for _ in range(ROUNDS)]
    took = {name: [each[name] for each in rounds] for name in rounds[0]}
    return Section(
        title="The first call on a new engine",
        head=("step", "median", "spread"),
        cells=[(name, *seconds_told(each)) for name, each in took.items()],
        rows=[{"step": name, "seconds": each} for name, each in took.items()],
        bars={name: median(each) for name, each in took.items()},
        said="The call is `services`, with all that the engine tells of itself, which costs some seconds more.",
    )


def _round(new_engine: NewEngine) -> dict[str, float]:
    cold = new_engine(Pipeline(root=ROOT, variables=VARIABLES))
    said = list[str]()
    whole = seconds_of(lambda: said.append(green(cold.call("-vvvv", "--progress=plain", "services")).stderr))
    told = COLOURS.sub("", said[0])
    return {**{name: _took(told, pattern) for name, pattern in STEPS.items()}, WHOLE: whole}


def _took(told: str, pattern: str) -> float:
    """Seconds of the first step of that name that ended."""
    found = re.search(rf"{pattern} DONE \[(?:(\d+)m)?([\d.]+)s\]", told)
    assert found, f"the engine tells of no step like {pattern}:\n{told}"
    return int(found[1] or 0) * 60 + float(found[2])
