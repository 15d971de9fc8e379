"""Generated repositories: the engine makes the same of a whole context as of the inputs alone, or both are refused."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import dagger
import pytest
from attrs import frozen
from dagger import dag

from ci.errors import InputsError
from ci.inputs.inputs import DOCKERFILE
from tests.support.connection import Connection
from tests.support.copies import Case
from tests.support.generated import generated
from tests.support.laid_out import lay_out_alone, seen

BATCH: Final = 12
FIXED: Final = 2  # batches of every run
OF_THE_DAY: Final = 25  # batches of a run of all tests
DAY: Final = datetime.now(UTC).date().isoformat()
# Refused here on purpose, though the engine builds something.
ON_PURPOSE: Final = (
    "which the engine garbles",
    "as a regular expression",
    "as another one than it looks",
    "is no pattern",
    "is not a word",
    "takes nothing; leave --parents out",
)


@frozen
class Compared:
    """What the engine left in /out of both, or why it refused; and why we refused."""

    case: Case
    whole: Mapping[str, str] | str
    alone: Mapping[str, str] | str
    refused: str = ""

    @property
    def fault(self) -> str:
        """Why they differ, with the repository; empty when they agree."""
        if self.refused:
            wrong = not isinstance(self.whole, str) and not all(map(self._is_on_purpose, self.refused.splitlines()))
            outcome = f"refused: {self.refused}, and the engine builds {self.whole}"
        elif isinstance(self.whole, str) or isinstance(self.alone, str):
            wrong = not (isinstance(self.whole, str) and isinstance(self.alone, str))
            outcome = f"whole: {self.whole}\nalone: {self.alone}"
        else:
            wrong = self.whole != self.alone
            outcome = f"whole: {self.whole}\nalone: {self.alone}"
        case = self.case
        return (
            f"--- {case.id}\n{case.dockerfile}\n.dockerignore:\n{case.ignore}\n{case.files}\n{outcome}" if wrong else ""
        )

    def _is_on_purpose(self, sentence: str) -> bool:
        """Whether a refusal is meant, also of a COPY --parents that would silently copy nothing."""
        number = int(sentence.split(":")[1])
        line = self.case.dockerfile.split("\n")[number - 1] if sentence.startswith("Dockerfile:") else ""
        return "--parents" in line or any(reason in sentence for reason in ON_PURPOSE)


@pytest.mark.parametrize(
    ("seed", "batch"),
    [
        *(("fixed", batch) for batch in range(FIXED)),
        *(pytest.param(DAY, batch, marks=pytest.mark.every) for batch in range(OF_THE_DAY)),
    ],
)
def test_the_inputs_alone_give_the_same_image(connection: Connection, seed: str, batch: int, tmp_path: Path) -> None:
    cases = [generated(seed, number) for number in range(batch * BATCH, (batch + 1) * BATCH)]
    compared = connection.run(_compare_all(cases, tmp_path))
    faults = [each.fault for each in compared if each.fault]
    assert not faults, "\n".join(faults)
    assert sum(not each.refused and not isinstance(each.whole, str) for each in compared) > BATCH / 4, compared


async def _compare_all(cases: Sequence[Case], folder: Path) -> Sequence[Compared]:
    return await asyncio.gather(*(_compare(case, folder / str(number)) for number, case in enumerate(cases)))


async def _compare(case: Case, folder: Path) -> Compared:
    case.lay(folder / "context")
    whole = _built(folder / "context", "Dockerfile", folder / "whole")
    try:
        await lay_out_alone(case, folder / "context", folder / "laid")
    except InputsError as refused:
        return Compared(case, await whole, "", str(refused))
    return Compared(case, *await asyncio.gather(whole, _built(folder / "laid", DOCKERFILE, folder / "alone")))


async def _built(context: Path, dockerfile: str, target: Path) -> Mapping[str, str] | str:
    image = dag.host().directory(str(context)).docker_build(dockerfile=dockerfile)
    out = dag.directory().with_directory("out", image.rootfs()).directory("out")
    try:
        if "out" not in [name.rstrip("/") for name in await out.entries()]:
            return {}
        await out.directory("out").export(str(target))
    except dagger.QueryError as fault:
        return str(fault)
    return seen(target)
