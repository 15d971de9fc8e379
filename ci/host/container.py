"""A container of the project, as Docker on the host describes it."""

import re
from collections.abc import Sequence
from typing import Self

from attrs import fields, frozen
from cattrs import structure


@frozen(kw_only=True)
class Container:
    """One container of the project; `image` is the reference that it was asked for."""

    service: str  # in the compose file
    name: str
    id: str
    image: str
    state: str
    health: str  # none when it has no health check
    restarts: int
    started: str
    exit_code: int = 0
    hash: str = ""  # Compose's, of the definition that it was made from
    published: tuple[int, ...] = ()  # ports of the host

    @classmethod
    def parse(cls, words: Sequence[str]) -> Self:
        """Read a line of `containers` in common.sh: a word for each field, in the same order."""
        *values, published = words
        ports = sorted({int(port) for port in published.split(",") if port})
        names = (attribute.name for attribute in fields(cls))
        return structure(dict(zip(names, (*values, ports), strict=True)), cls)

    @property
    def misnamed(self) -> bool:
        """Whether an interrupted `up` left it under the name that it has in between."""
        return bool(re.match(r"[0-9a-f]{12}_", self.name))

    def is_well(self, *, is_job: bool) -> bool:
        """Whether it runs and does not say otherwise; a job is also well when it has done its work."""
        has_done_its_work = is_job and self.state == "exited" and self.exit_code == 0
        return has_done_its_work or (self.state == "running" and self.health in {"healthy", "none"})
