"""A host of two services as data: its files, what runs there, and what is wanted."""

from typing import Any, Final

from ci.catalogue import load
from ci.compose.project import ComposePort, ComposeProject, ComposeService
from ci.compose.variables import marker_of
from ci.host.container import Container
from ci.host.facts import Definitions, Facts
from ci.host.release import Release, State
from ci.host.stack import GitFiles, Stack
from ci.host.wanted import Wanted

CATALOGUE: Final = load("""\
[kinds.app]
group = "apps"
dockerfile = "{name}/Dockerfile"
port = 8080
memory = "1MB"
seconds = 1
health = "/health"
version = "/version"

[services.gate]
kind = "app"
published = 1001

[services.shop]
kind = "app"
published = 1002
""")
COMPOSE: Final = "name: cfa\nservices:\n  gate: {environment: {NONE: $NONE}}\n  shop-service: {}\n"
GIT: Final = GitFiles(compose=COMPOSE, variables="CI_REGISTRY_IMAGE=r/p\nSHOP_PASSWORD=\n")
GIVEN: Final = {"CI_REGISTRY_IMAGE": "hash of r/p", "SHOP_PASSWORD": "empty"}
ENVIRONMENT: Final = {"CI_REGISTRY_IMAGE": "hash of r/p", "SHOP_PASSWORD": "hash of x"}
PROJECT: Final = ComposeProject(
    name="cfa",
    services={
        name: ComposeService(
            name=name,
            image=marker_of(service),
            environment={"IMAGE_REF": marker_of(service)},
            ports=(ComposePort(host=port, container=8080),),
        )
        for name, service, port in (("gate", "gate", 1001), ("shop-service", "shop", 1002))
    },
)
SERVICES: Final = Stack.of(PROJECT, CATALOGUE, COMPOSE).services
HASHES: Final = {"gate": "hash of gate", "shop-service": "hash of shop"}
OLD: Final = {name: f"r/p/{name}@sha256:{'0' * 64}" for name in ("gate", "shop")}
NEW: Final = {name: f"r/p/{name}@sha256:{'1' * 64}" for name in ("gate", "shop")}
WANTED: Final = Wanted(host="cfa2", directory="/srv/cfa", commit="new", locked="2026-02", images=NEW)


def container(service: str, image: str, **told: Any) -> Container:
    whole = {"id": service, "state": "running", "health": "healthy", "restarts": 0, "started": "2026", **told}
    return Container(service=service, name=f"cfa-{service}-1", image=image, **whole)


def released(number: int, state: State = State.HEALTHY, **told: Any) -> Release:
    whole = {
        "commit": "old",
        "locked": "2026-01",
        "order": None,
        "images": OLD,
        "project": "cfa",
        "services": SERVICES,
        **told,
    }
    return Release(number=number, state=state, began="2026", by="me", run=f"run{number}", **whole)


FACTS: Final = Facts(
    compose=COMPOSE.encode(),
    project=PROJECT,
    given=GIVEN,
    environment=ENVIRONMENT,
    new=HASHES,
    running=HASHES,
    released=HASHES,
    released_version="2.29.7",
    recorded={1: Definitions(hashes=HASHES, variables=ENVIRONMENT)},
    engine="26.1.5",
    platform="linux/amd64",
    compose_version="2.29.7",
    free=10**10,
    containers=(container("gate", OLD["gate"]), container("shop-service", OLD["shop"])),
    releases=(released(1),),
)
