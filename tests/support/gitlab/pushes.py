"""Thirty pushes under GitLab's rules of cancelling: which of them lets a busy team's work through."""

from collections.abc import Mapping
from typing import Final

from attrs import define, field, frozen

PUSHES, SLOTS, TICK, EVENING = 30, 2, 5, 4 * 3600
NEEDS: Final = {"build-all": (), "test": (), "e2e": ("build-all",), "promote-dev": ("build-all", "test", "e2e")}
RULES: Final = ("conservative", "interruptible", "none")  # of workflow:auto_cancel:on_new_commit; the first is GitLab's


@define
class Pipeline:
    """One push; `ends` has the second at which each job ends, of those that began."""

    pushed: int
    ends: dict[str, float] = field(factory=dict)
    cancelled: bool = False

    def ready(self, now: int) -> list[str]:
        ended = {job for job, end in self.ends.items() if end <= now}
        return [job for job in NEEDS if not self.cancelled and job not in self.ends and ended.issuperset(NEEDS[job])]

    def overtaken(self, rule: str, now: int) -> None:
        """A later push came (gitlabhq, cancel_redundant_pipelines_service.rb): no job is interruptible, or all are."""
        if "promote-dev" not in self.ends and (rule == "interruptible" or (rule == "conservative" and not self.ends)):
            self.cancelled, self.ends = True, {job: end for job, end in self.ends.items() if end <= now}


@frozen
class Day:
    """How often `dev` moved before the last push, and the longest time from a push to the `dev` that has it."""

    moves: int
    longest: float


def play(rule: str, every: int, seconds: Mapping[str, float]) -> Day:
    """Push every so many seconds; the jobs take `seconds`, and two run at a time, those of older pipelines first."""
    pipelines, last = list[Pipeline](), (PUSHES - 1) * every
    for now in range(0, last + EVENING, TICK):
        if now % every == 0 and now <= last:
            for pipeline in pipelines:
                pipeline.overtaken(rule, now)
            pipelines.append(Pipeline(now))
        for waiting, job in [(pipeline, job) for pipeline in pipelines for job in pipeline.ready(now)]:
            if sum(end > now for each in pipelines for end in each.ends.values()) < SLOTS:
                waiting.ends[job] = now + seconds[job]
    moved = [(each.ends["promote-dev"], each.pushed) for each in pipelines if "promote-dev" in each.ends]
    waits = (min(end for end, pushed in moved if pushed >= each.pushed) - each.pushed for each in pipelines)
    return Day(moves=sum(end <= last for end, _ in moved), longest=max(waits))
