"""What the tests of the parts cost, cold and warm, and twenty runs of the whole in a row."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Final

from tests.bench.section import Section
from tests.support.pipeline import Pipeline, job
from tests.support.registry.authority import kept_authority
from tests.support.registry.live import live_registry
from tests.support.registry.place import Place
from tests.support.repository import ROOT

TAG: Final = "bench00"
RUNS: Final = 20


def parts() -> Section:
    """`test` on an engine that has the images but never ran it, again with nothing changed, and with all run anew."""
    with _published() as pipeline:
        took = {
            "nothing was tested before": _seconds(pipeline, "test"),
            "nothing changed": _seconds(pipeline, "test"),
            "all run anew (--rerun)": _seconds(pipeline, "test", "--rerun"),
        }
    return Section(
        title="`test`, the tests of nine services",
        head=("before it", "seconds"),
        cells=[(name, f"{seconds:.0f} s") for name, seconds in took.items()],
        rows=[{"case": name, "seconds": seconds} for name, seconds in took.items()],
        bars=took,
    )


def whole() -> Section:
    """`end-to-end` again and again, each time on containers that are new; the first red one ends it."""
    with _published() as pipeline:
        took = [_whole(pipeline, number) for number in range(1, RUNS + 1)]
    return Section(
        title=f"`end-to-end`, {RUNS} runs in a row",
        head=("runs, all green", "first", "median", "spread of the others"),
        cells=[(str(RUNS), f"{took[0]:.0f} s", f"{median(took):.0f} s", f"{min(took[1:]):.0f}-{max(took[1:]):.0f} s")],
        rows=[{"run": number, "seconds": seconds} for number, seconds in enumerate(took, start=1)],
        bars={f"run {number}": seconds for number, seconds in enumerate(took, start=1)},
    )


@contextmanager
def _published() -> Iterator[Pipeline]:
    place = Place()
    authority = kept_authority(place.keep)
    with live_registry(place, authority) as registry:
        pipeline = Pipeline(root=ROOT, variables=job(registry, authority))
        pipeline.publish(TAG)
        yield pipeline


def _whole(pipeline: Pipeline, number: int) -> float:
    seconds = _seconds(pipeline, "end-to-end", "--tag", TAG)
    print(f"bench: run {number} of {RUNS}: green in {seconds:.0f} s", file=sys.stderr, flush=True)
    return seconds


def _seconds(pipeline: Pipeline, *arguments: str) -> float:
    """Wall seconds of a call that must be green."""
    started = time.monotonic()
    outcomes = json.loads(pipeline.good(*arguments, "--as-json"))
    assert outcomes, arguments
    return time.monotonic() - started
