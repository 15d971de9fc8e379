"""What runs, or ran, on the second Docker host."""

import json
from collections.abc import Iterator
from typing import Any

from attrs import frozen


@frozen(kw_only=True)
class Container:
    """`status` is Docker's word (running, exited, …); `health` is empty without a health check."""

    id: str
    name: str
    image: str  # the string that was asked for
    status: str
    health: str
    started_at: str
    restarts: int
    exit_code: int


def containers_of(inspected: str) -> Iterator[Container]:
    """The containers in what `docker inspect` told; asked for none, it says nothing."""
    for each in json.loads(inspected or "[]"):
        yield _container(each)


def _container(told: Any) -> Container:
    state = told["State"]
    return Container(
        id=told["Id"],
        name=told["Name"].removeprefix("/"),
        image=told["Config"]["Image"],
        status=state["Status"],
        health=state.get("Health", {}).get("Status", ""),
        started_at=state["StartedAt"],
        restarts=told["RestartCount"],
        exit_code=state["ExitCode"],
    )
