"""Many jobs at once under a memory budget: one failure never stops the others."""

from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Final, Generic, TypeVar

import anyio
from attrs import frozen

from ci.budget import Budget
from ci.progress import say

T = TypeVar("T")
NEWS: Final = 60.0  # seconds between two lines about what still runs


@frozen
class Job(Generic[T]):
    """Something to do for one service; `run` answers failures too, and raises only for defects."""

    name: str
    memory: int  # bytes that it takes while it runs; one that takes none waits for nobody
    usual: float  # seconds that it is expected to take
    run: Callable[[float, int], Awaitable[T]]  # gets the seconds after the begin of all, and the bytes that it holds


async def run_all(
    jobs: Sequence[Job[T]], budget: Budget, line: Callable[[T], str], *, news: float = NEWS
) -> tuple[T, ...]:
    """Run every job, the longest first, and answer in the order of `jobs`.

    The jobs share the budget; one that needs more than all of it runs alone. As an answer comes, its `line` is printed,
    after how many have ended; every `news` seconds a line says what still runs.
    """
    total = free = max(budget.memory, 1)
    returned, answers, begin = anyio.Condition(), dict[str, T](), monotonic()
    started = dict[str, float]()
    say(str(budget))

    async def attempt(job: Job[T]) -> None:
        nonlocal free
        need = min(job.memory, total)
        async with returned:
            await returned.wait_for(lambda: free >= need)
            free -= need
        started[job.name] = monotonic()
        answers[job.name] = await job.run(round(started[job.name] - begin, 1), need)
        say(f"[{len(answers)}/{len(jobs)}] {line(answers[job.name])}")
        async with returned:  # a job that raises ends them all, so nobody waits for what it holds
            free += need
            returned.notify_all()

    async def tell() -> None:
        while True:
            await anyio.sleep(news)
            running = [job for job in jobs if job.name in started and job.name not in answers]
            say(f"still running: {', '.join(_since(started[job.name], job) for job in running)}")

    async with anyio.create_task_group() as watched:
        watched.start_soon(tell)
        async with anyio.create_task_group() as group:
            for job in sorted(jobs, key=lambda job: -job.usual):
                group.start_soon(attempt, job)
        watched.cancel_scope.cancel()
    return tuple(answers[job.name] for job in jobs)


def _since(started: float, job: Job[T]) -> str:
    return f"{job.name} for {monotonic() - started:.0f} s (usually {job.usual:.0f} s)"
