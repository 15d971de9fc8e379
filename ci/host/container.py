"""A container of the project, as Docker on the host describes it."""

import re
from collections.abc import Sequence
from typing import Self

from attrs import frozen


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
        """Read a line of `containers` in common.sh."""
        service, name, identity, image, state, health, restarts, started, exit_code, digest, published = words
        return cls(
            service=service,
            name=name,
            id=identity,
            image=image,
            state=state,
            health=health,
            restarts=int(restarts),
            started=started,
            exit_code=int(exit_code),
            hash=digest,
            published=tuple(sorted({int(port) for port in published.split(",") if port})),
        )

    @property
    def misnamed(self) -> bool:
        """Whether an interrupted `up` left it under the name that it has in between."""
        return bool(re.match(r"[0-9a-f]{12}_", self.name))

    @property
    def well(self) -> bool:
        """Whether it runs and does not say otherwise."""
        return self.state == "running" and self.health in {"healthy", "none"}

    @property
    def ended_well(self) -> bool:
        """Whether a job has done its work."""
        return self.state == "exited" and self.exit_code == 0
