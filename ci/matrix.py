"""Many jobs at once under a memory budget: one failure never stops the others."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Final, Generic, TypeVar

import anyio
from attrs import frozen

from ci.size import parse_size

T = TypeVar("T")
SPARE: Final = 0.8  # of the memory that is free: the rest is the engine's own


@frozen
class Job(Generic[T]):
    """Something to do for one service; `run` answers failures too, and raises only for defects."""

    name: str
    memory: int  # bytes that it takes while it runs
    seconds: int  # expected; orders the queue only
    run: Callable[[float], Awaitable[T]]  # told how many seconds after the begin of all it begins


async def run_all(jobs: Sequence[Job[T]], memory: int, line: Callable[[T], str]) -> tuple[T, ...]:
    """Run every job, the longest first, and answer in the order of `jobs`.

    The jobs share `memory`; one that needs more than all of it runs alone. As an answer comes, its
    `line` is printed, after how many have ended.
    """
    total = free = max(memory, 1)
    returned, answers, begin = anyio.Condition(), dict[str, T](), monotonic()

    async def attempt(job: Job[T]) -> None:
        nonlocal free
        need = min(job.memory, total)
        async with returned:
            await returned.wait_for(lambda: free >= need)
            free -= need
        answers[job.name] = await job.run(round(monotonic() - begin, 1))
        print(f"[{len(answers)}/{len(jobs)}] {line(answers[job.name])}", file=sys.stderr, flush=True)
        async with returned:  # a job that raises ends them all, so nobody waits for what it holds
            free += need
            returned.notify_all()

    async with anyio.create_task_group() as group:
        for job in sorted(jobs, key=lambda job: -job.seconds):
            group.start_soon(attempt, job)
    return tuple(answers[job.name] for job in jobs)


def budget_of(memory: str) -> int:
    """What `memory` says, such as 2GB, in bytes; most of this machine's when it is empty."""
    if memory:
        return parse_size(memory)
    meminfo = Path("/proc/meminfo").read_text(encoding="ascii")
    free = next(line.split()[1] for line in meminfo.splitlines() if line.startswith("MemAvailable:"))
    return int(int(free) * 1024 * SPARE)
