from functools import partial

import anyio
import pytest

from ci.images import Turns


async def test_the_first_is_alone_and_the_others_go_together() -> None:
    turns, log, all_others = Turns(), list[str](), anyio.Event()

    async def push(name: str) -> None:
        async with turns.take("base"):
            log.append(f"{name} begins")
            if name == "one":
                await anyio.wait_all_tasks_blocked()
            elif log.count("two begins") + log.count("three begins") == 2:
                all_others.set()
            else:
                await all_others.wait()
            log.append(f"{name} ends")

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for name in ("one", "two", "three"):
                group.start_soon(push, name)

    assert log[:2] == ["one begins", "one ends"]
    assert sorted(log[2:4]) == ["three begins", "two begins"]


async def test_what_is_not_alike_does_not_wait() -> None:
    turns = Turns()

    with anyio.fail_after(5):
        async with turns.take("one base"), turns.take("another"):
            pass


async def test_one_that_fails_leaves_its_place_to_the_next() -> None:
    turns, begun = Turns(), list[str]()

    async def push(name: str) -> None:
        async with turns.take("base"):
            begun.append(name)
            alone = len(begun)
            await anyio.wait_all_tasks_blocked()
            assert len(begun) == alone, "another began beside a first one"
            raise ConnectionError(name)

    async def tried(name: str) -> None:
        with pytest.raises(ConnectionError, match=name):
            await push(name)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for name in ("one", "two", "three"):
                group.start_soon(partial(tried, name))

    assert begun == ["one", "two", "three"]
