"""One image's way into the registry: what its key names, and whose turn it is."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import anyio
import httpx
import pytest
import stamina
from attrs import evolve, field, frozen

from ci.decision import Decision
from ci.images import Target, inputs_tag, publish
from ci.inputs.origin import Origin
from ci.lock import Status
from ci.registry import Address, Link, Login, Registry
from ci.registry.manifest import digest_of
from ci.workspace import Prepared
from tests.unit.test_inputs import service

OURS, THEIRS = b'{"layers": [], "of": "ours"}', b'{"layers": [], "of": "theirs"}'


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    stamina.set_testing(True, attempts=4)
    yield
    stamina.set_testing(False)


@frozen
class Engine:
    """A tree, its container and what a push of it does, in the order of the attempts."""

    pushes: list[str]
    faults: list[Exception] = field(factory=list)

    def docker_build(self, **_: Any) -> "Engine":
        return self

    def with_registry_auth(self, *_: Any) -> "Engine":
        return self

    async def sync(self) -> "Engine":
        return self

    async def publish(self, address: str) -> str:
        name = address.rpartition("/")[2].partition(":")[0]
        self.pushes.append(f"{name} begins")
        await anyio.wait_all_tasks_blocked()
        self.pushes.append(f"{name} ends")
        if self.faults:
            raise self.faults.pop()
        return f"{address}@{digest_of(OURS)}"


def prepared(name: str, engine: Any) -> Prepared:
    origin = Origin(paths={}, dockerfile=name, args={}, bases={"sdk": "sha256:1"}, platform="linux/amd64", recipe="1")
    inputs: Any = SimpleNamespace(dockerfile=SimpleNamespace(args=frozenset(), target=""))
    return Prepared(service=evolve(service(), name=name), inputs=inputs, tree=engine, origin=origin)


def decision(name: str) -> Decision:
    return Decision(service=name, cause="new", inputs="k", usual=60)


def target(written: dict[str, bytes]) -> Target:
    """A registry in which the commit's tag is somebody else's by now, and what is written there."""

    def answer(request: httpx.Request) -> httpx.Response:
        reference = request.url.path.rpartition("/")[2]
        if request.method == "PUT":
            written[reference] = request.content
            return httpx.Response(201)
        content = OURS if reference == digest_of(OURS) else THEIRS
        return httpx.Response(200, content=content, headers={"Content-Type": "application/json"})

    login = Login("ci", "canary")
    link = Link("registry.test", login, httpx.AsyncClient(transport=httpx.MockTransport(answer)))
    return Target(Registry(Address("registry.test", "group/project"), login, link), "a02439e5")


async def test_the_key_names_what_was_pushed_though_somebody_else_has_the_commits_tag_by_now() -> None:
    written = dict[str, bytes]()
    one = prepared("shop", Engine([]))
    image = await publish(one, target(written), decision("shop"))
    assert (image.status, image.digest) == (Status.BUILT, digest_of(OURS))
    assert written == {inputs_tag(one.key): OURS}


async def test_a_first_push_that_fails_leaves_its_turn_to_the_next_and_tries_again_after_it() -> None:
    pushes, aim = list[str](), target({})
    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(publish, prepared("one", Engine(pushes, [TimeoutError()])), aim, decision("one"))
            group.start_soon(publish, prepared("two", Engine(pushes)), aim, decision("two"))
    assert pushes == ["one begins", "one ends", "two begins", "two ends", "one begins", "one ends"]
