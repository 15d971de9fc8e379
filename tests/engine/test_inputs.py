"""What the engine copies from a whole context is what it copies from the inputs laid out alone."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import dagger
import pytest
from attrs import frozen
from dagger import dag

from ci.inputs.inputs import DOCKERFILE, Inputs, behind_links, collect, read, rules_of, wanted
from tests.support.connection import Connection
from tests.support.copies import CASES, Case
from tests.support.laid_out import lay_out_alone, seen


@frozen
class Built:
    """What two builds of a case left in /out, or why there is none."""

    inputs: Inputs
    fetched: Inputs  # found in what the filter of `wanted` lets through
    folder: Path
    error: str = ""

    def listing(self, which: str) -> Mapping[str, str]:
        assert not self.error
        return seen(self.folder / which)


@pytest.fixture(scope="module")
def built(connection: Connection, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Built]:
    """All cases, built from the whole context and from the inputs alone."""
    return connection.run(_build_all(tmp_path_factory.mktemp("cases")))


async def _build_all(root: Path) -> Mapping[str, Built]:
    gate = asyncio.Semaphore(8)
    results = await asyncio.gather(*(_build(case, root / str(number), gate) for number, case in enumerate(CASES)))
    return {case.id: result for case, result in zip(CASES, results, strict=True)}


async def _build(case: Case, folder: Path, gate: asyncio.Semaphore) -> Built:
    case.lay(folder / "context")
    inputs = await lay_out_alone(case, folder / "context", folder / "laid")
    fetched = await _fetch(case, folder / "context", folder / "fetched")
    both = dag.directory()
    for which, context, dockerfile in (
        ("whole", folder / "context" / case.context, "Dockerfile"),
        ("alone", folder / "laid", DOCKERFILE),
    ):
        args = [dagger.BuildArg(name, value) for name, value in case.args]
        image = dag.host().directory(str(context)).docker_build(dockerfile=dockerfile, build_args=args)
        both = both.with_directory(which, image.rootfs().directory("out"))
    async with gate:
        try:
            await both.export(str(folder / "built"))
        except dagger.QueryError as error:
            return Built(inputs, fetched, folder, str(error))
    return Built(inputs, fetched, folder / "built")


async def _fetch(case: Case, whole: Path, folder: Path) -> Inputs:
    service, source = case.service, dag.host().directory(str(whole))
    fetched = set[str]()
    while more := rules_of(folder, service) - fetched:
        await source.filter(include=sorted(more)).export(str(folder))
        fetched |= more
    dockerfile, ignore = read(folder, service)
    union = wanted([(service, dockerfile)])
    await source.filter(include=union["include"], exclude=union["exclude"]).export(str(folder))
    while more := behind_links(folder, service, dockerfile, ignore) - fetched:
        await source.filter(include=sorted(more)).export(str(folder))
        fetched |= more
    return collect(folder, service, dockerfile, ignore)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_inputs_alone_give_the_same_image(case: Case, built: Mapping[str, Built]) -> None:
    assert built[case.id].listing("alone") == built[case.id].listing("whole")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_nothing_else_is_an_input(case: Case, built: Mapping[str, Built]) -> None:
    copied = {text.removeprefix("* ") for text in built[case.id].listing("whole").values()}
    inputs = {entry.path for entry in built[case.id].inputs.entries if len(entry.sha256) == 64}
    assert inputs <= copied | {"Dockerfile", ".dockerignore", "Dockerfile.dockerignore"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_filter_lets_every_input_through(case: Case, built: Mapping[str, Built]) -> None:
    assert built[case.id].fetched.entries == built[case.id].inputs.entries
