"""docs/pipeline-policy.md: `make policy` writes it."""

import json
from collections.abc import Iterator
from typing import Final

from tabulate import tabulate

from tests.support.gitlab.mutations import MUTATIONS
from tests.support.gitlab.pushes import NEEDS, PUSHES, RULES, play
from tests.support.repository import ROOT

PAPER: Final = ROOT / "docs/pipeline-policy.md"
FIGURES: Final = ROOT / "docs/benchmarks/pipeline.json"
EVERY: Final = (120, 300, 600)  # seconds between two pushes
TEXT: Final = """\
# What holds .gitlab-ci.yml to its word

`make test` spoils the file, with the block of the runbook for stage and prod at its end, in each of these ways and
asserts that somebody notices: GitLab's own schema, the list of jobs that each branch, merge request and tag gets, or a
policy of our own (`tests/support/gitlab/policy.py`) for what neither can tell. `make policy` wrote this page.

{mutations}

## A busy day

{pushes} pushes under each rule of `workflow:auto_cancel:on_new_commit`, played by `tests/support/gitlab/pushes.py` with
the durations of [benchmarks.md](benchmarks.md), two jobs at a time. `conservative` is GitLab's own rule and the file's:
no job is interruptible, so a push cancels only pipelines of which nothing has started. Under `interruptible` each job
but `promote-dev` would be. Each cell: how often `dev` moved before the last push, and the longest time from a push to
the `dev` that has it.

{days}
"""


def durations() -> dict[str, dict[str, float]]:
    """Seconds of each job by what changed, as the bench measured them with an engine for each job."""
    rows = json.loads(FIGURES.read_text(encoding="utf-8"))["section"]["rows"]
    return {row["case"]: {job: row[job] for job in NEEDS} for row in rows}


def days() -> Iterator[tuple[str, ...]]:
    """A line for each case and interval."""
    for case, seconds in durations().items():
        for every in EVERY:
            played = (play(rule, every, seconds) for rule in RULES)
            yield case, f"{every // 60} min", *(f"{day.moves}, {day.longest / 60:.0f} min" for day in played)


def paper() -> str:
    """The whole page."""
    mutations = [(mutation.name, mutation.where or "the head", mutation.catcher) for mutation in MUTATIONS]
    return TEXT.format(
        mutations=tabulate(mutations, headers=("what is spoilt", "in", "caught by"), tablefmt="github"),
        pushes=PUSHES,
        days=tabulate(list(days()), headers=("what changed", "a push every", *RULES), tablefmt="github"),
    )


if __name__ == "__main__":
    PAPER.write_text(paper(), encoding="utf-8")
