"""`make bench`: what calls, builds, tests and deploys cost on this machine; it writes docs/benchmarks.md."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from typing import Final

from tests.bench import calls, deploy, imports, jobs, load, memory, page, pipeline, rivals, suite, tested
from tests.bench.section import Section

SECTIONS: Final[Mapping[str, Callable[[], Section]]] = {
    "calls": calls.measured,
    "load": load.measured,
    "imports": imports.measured,
    "memory": memory.measured,
    "deploy": deploy.measured,
    "jobs": jobs.measured,
    "tests": tested.parts,
    "whole": tested.whole,
    "pipeline": pipeline.own_engines,
    "pipeline-kept": pipeline.kept_engines,
    "rivals-warm": rivals.warm,
    "rivals-cold": rivals.cold,
    "suite": suite.with_caches,
    "suite-bare": suite.without_caches,
    "suite-failure": suite.first_failure,
}
# They take long, and the suites bring up an engine of their own.
ONLY_BY_NAME: Final = frozenset({"whole", "pipeline", "pipeline-kept", "rivals-warm", "rivals-cold", *suite.ALONE})


def main() -> None:
    """Measure the sections that are named; all but the longest when none is."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "sections",
        nargs="*",
        metavar="SECTION",
        help=f"{', '.join(SECTIONS)}; all but {', '.join(sorted(ONLY_BY_NAME))} when left out",
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON instead of tables")
    asked = parser.parse_args()
    if unknown := set(asked.sections) - SECTIONS.keys():
        parser.error(f"there is no section {', '.join(sorted(unknown))}: there are {', '.join(SECTIONS)}")
    done = dict[str, Section]()
    for name in asked.sections or (name for name in SECTIONS if name not in ONLY_BY_NAME):
        print(f"bench: {name}", file=sys.stderr, flush=True)
        done[name] = SECTIONS[name]()
        page.keep(name, page.measured(done[name]))
        page.PAGE.write_text(page.page(SECTIONS), encoding="utf-8")
        if not asked.json:
            print(done[name], end="\n\n", flush=True)
    if asked.json:
        print(json.dumps({name: section.rows for name, section in done.items()}, indent=1))


if __name__ == "__main__":
    main()
