"""A host's facts: what a line of them says, and that all of it can be answered as JSON."""

import json

from attrs import evolve

from ci.host.container import Container
from ci.host.deploy import Status
from ci.host.report import status_answer
from tests.support.host.cases import FACTS


def test_a_container_is_read_with_its_ports_and_answered_as_json() -> None:
    line = "gate cfa-gate-1 0123 r/gate@sha256:1 running healthy 2 2026-11-29T10:00:00Z 0 - 1002,1001,1001,"
    container = Container.parse(line.split(" "))
    facts = evolve(FACTS, containers=(container,))
    assert facts.published == (1001, 1002)
    answer = json.loads(status_answer(Status(host="cfa2", services=(), facts=facts, faults=()), as_json=True))
    assert answer["containers"] == [
        {
            "service": "gate",
            "name": "cfa-gate-1",
            "id": "0123",
            "image": "r/gate@sha256:1",
            "state": "running",
            "health": "healthy",
            "restarts": 2,
            "started": "2026-11-29T10:00:00Z",
            "exit_code": 0,
            "hash": "-",
            "published": [1001, 1002],
        }
    ]


def test_a_container_that_publishes_nothing_has_no_ports() -> None:
    line = "gate cfa-gate-1 0123 r/p/gate:dev exited none 0 2026 0 - "
    assert Container.parse(line.split(" ")).published == ()
