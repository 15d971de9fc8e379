"""Many jobs under a memory budget: their order, what they hold and print, and where the budget comes from."""

from asyncio import Event, wait_for
from pathlib import Path

import pytest

from ci import matrix
from ci.budget import Budget
from ci.matrix import Job, run_all
from ci.size import format_size


@pytest.mark.parametrize(("memory", "most"), [(1, 1), (20, 2), (1000, 4)])
async def test_jobs_share_the_budget_and_answer_in_order(
    memory: int, most: int, capsys: pytest.CaptureFixture[str]
) -> None:
    running, seen, full = set[str](), list[int](), Event()

    async def run(name: str) -> str:
        running.add(name)
        seen.append(len(running))
        if len(running) == most:
            full.set()
        await wait_for(full.wait(), 5)
        running.remove(name)
        return name

    jobs = [Job(name, 10, seconds, lambda _began, _held, name=name: run(name)) for seconds, name in enumerate("abcd")]  # type: ignore[misc]
    assert await run_all(jobs, Budget(memory, "--memory"), str.upper) == ("a", "b", "c", "d")
    assert max(seen) == most
    first, *told = capsys.readouterr().err.splitlines()
    assert first == f"memory budget {format_size(memory)}: --memory"
    assert [line[:-1] for line in told] == ["[1/4] ", "[2/4] ", "[3/4] ", "[4/4] "]
    assert sorted(line[-1] for line in told) == ["A", "B", "C", "D"]


async def test_the_longest_job_starts_first() -> None:
    order = list[str]()

    def job(name: str, seconds: float) -> Job[str]:
        async def run(_began: float, _held: int) -> str:
            order.append(name)
            return name

        return Job(name, 1, seconds, run)

    jobs = [job("short", 1), job("long", 9)]
    await run_all(jobs, Budget(1, "--memory"), str)
    assert order == ["long", "short"]


async def test_what_takes_no_memory_waits_for_nobody() -> None:
    reused = Event()

    async def build(_began: float, held: int) -> int:
        await wait_for(reused.wait(), 5)
        return held

    async def reuse(_began: float, held: int) -> int:
        reused.set()
        return held

    jobs = [Job("built", 10, 9, build), Job("reused", 0, 1, reuse)]
    assert await run_all(jobs, Budget(5, "--memory"), str) == (5, 0)


async def test_a_line_says_what_still_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    news, said = list[str](), Event()

    def say(line: str) -> None:
        news.append(line)
        if len(news) > 1:  # the first is the budget's
            said.set()

    async def hang(_began: float, _held: int) -> str:
        await wait_for(said.wait(), 5)
        return "ended"

    monkeypatch.setattr(matrix, "say", say)
    assert await run_all([Job("portal", 1, 65, hang)], Budget(5, "--memory"), str, news=0.01) == ("ended",)
    assert news[1] == "still running: portal for 0 s (usually 65 s)"


def test_the_budget_is_most_of_what_can_be_seen(tmp_path: Path) -> None:
    meminfo, limit, none, v1 = (tmp_path / name for name in ("meminfo", "limit", "none", "v1"))
    meminfo.write_text("MemTotal:  9000 kB\nMemAvailable:  1000 kB\n")
    limit.write_text("100000\n")
    none.write_text("max\n")
    v1.write_text(f"{2**63 - 4096}\n")
    machine = Budget(819200, "80% of the free memory of the engine's machine")
    assert Budget.of_machine(meminfo, (none, v1, tmp_path / "absent")) == machine
    own = Budget(80000, "80% of the limit of this function's container")
    assert Budget.of_machine(meminfo, (limit, v1)) == own
    assert Budget.parse("2GB") == Budget(2 * 10**9, "--memory")
    assert Budget.parse("").memory > 0
