"""The memory of a cold build, with the cap and without."""

import os
from typing import Final

from ci.size import format_size
from tests.bench.calls import VARIABLES
from tests.bench.peak import Peak, watched
from tests.bench.section import Section
from tests.support.pipeline import Pipeline
from tests.support.registry.docker import docker
from tests.support.repository import ROOT

CAPS: Final = ("64GB", "2GB")  # the first is none that matters


def measured() -> Section:
    """The peaks of one build each."""
    peaks = {f"--memory {cap}": _cold("--memory", cap) for cap in CAPS}
    return Section(
        title="The memory of a cold build",
        head=("build-all", "engine", "build steps", "samples"),
        cells=[
            (name, format_size(peak.engine), format_size(peak.steps), str(peak.samples)) for name, peak in peaks.items()
        ],
        rows=[
            {"build-all": name, "engine": peak.engine, "steps": peak.steps, "samples": peak.samples}
            for name, peak in peaks.items()
        ],
        bars={name: peak.steps / 1e9 for name, peak in peaks.items()},
        unit="GB of build steps",
        said="Anonymous and kernel memory; the page cache, which gives way, is left out.",
    )


def _cold(*arguments: str) -> Peak:
    """Build everything on an engine whose cache was emptied."""
    pipeline = Pipeline(root=ROOT, variables=VARIABLES)
    container = f"{os.environ['DAGGERW_INSTANCE']}-engine"
    assert pipeline.dagger("core", "engine", "local-cache", "prune").returncode == 0
    pipeline.good("services")  # loads the module
    with watched(docker("inspect", "--format", "{{.Id}}", container)) as peak:
        pipeline.good("build-all", *arguments)
    return peak
