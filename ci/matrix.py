"""Many jobs at once under a memory budget: one failure never stops the others."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
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


class Budget:
    """Memory that jobs share; a job that needs more than all of it runs alone."""

    def __init__(self, total: int) -> None:
        self._total = self._free = max(total, 1)
        self._returned = anyio.Condition()

    @asynccontextmanager
    async def share(self, memory: int) -> AsyncIterator[None]:
        """Wait until `memory` bytes are free and hold them."""
        need = min(memory, self._total)
        async with self._returned:
            while self._free < need:
                await self._returned.wait()
            self._free -= need
        try:
            yield
        finally:
            with anyio.CancelScope(shield=True):
                async with self._returned:
                    self._free += need
                    self._returned.notify_all()


async def run_all(jobs: Sequence[Job[T]], memory: int, done: Callable[[int, T], None]) -> tuple[T, ...]:
    """Run every job, the longest first, and answer in the order of `jobs`.

    `done` is told how many have ended and each answer as it comes.
    """
    budget, answers, begin = Budget(memory), dict[str, T](), monotonic()

    async def attempt(job: Job[T]) -> None:
        async with budget.share(job.memory):
            answers[job.name] = await job.run(round(monotonic() - begin, 1))
            done(len(answers), answers[job.name])

    async with anyio.create_task_group() as group:
        for job in sorted(jobs, key=lambda job: -job.seconds):
            group.start_soon(attempt, job)
    return tuple(answers[job.name] for job in jobs)


def budget_of(memory: str) -> int:
    """What `memory` says, such as 2GB, in bytes; most of this machine's when it is empty."""
    return parse_size(memory) if memory else _available()


def _available() -> int:
    meminfo = Path("/proc/meminfo").read_text(encoding="ascii")
    free = next(line.split()[1] for line in meminfo.splitlines() if line.startswith("MemAvailable:"))
    return int(int(free) * 1024 * SPARE)
