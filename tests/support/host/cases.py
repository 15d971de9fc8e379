"""A host of two services as data: its files, what runs there, and what is wanted."""

from hashlib import sha256
from typing import Any, Final

from ci.catalogue import load
from ci.host.facts import Container, Facts
from ci.host.release import Release, State
from ci.host.stack import Stack
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
COMPOSE: Final = """\
name: cfa
services:
  gate:
    image: ${GATE_IMAGE:-${CI_REGISTRY_IMAGE}/gate:dev}
    environment: { IMAGE_REF: "${GATE_IMAGE:-${CI_REGISTRY_IMAGE}/gate:dev}" }
  shop-service:
    image: ${SHOP_IMAGE:-${CI_REGISTRY_IMAGE}/shop:dev}
    environment: { PASSWORD: "${SHOP_PASSWORD}", IMAGE_REF: "${SHOP_IMAGE:-${CI_REGISTRY_IMAGE}/shop:dev}" }
"""
STACK: Final = Stack.read(COMPOSE, "CI_REGISTRY_IMAGE=r/p\nSHOP_PASSWORD=\n", CATALOGUE, "deploy/x")
OLD: Final = {name: f"r/p/{name}@sha256:{'0' * 64}" for name in ("gate", "shop")}
NEW: Final = {name: f"r/p/{name}@sha256:{'1' * 64}" for name in ("gate", "shop")}
WANTED: Final = Wanted(host="cfa2", directory="/srv/cfa", commit="new", locked="2026-02", images=NEW)


def container(service: str, image: str, **told: Any) -> Container:
    whole = {"id": service, "state": "running", "health": "healthy", "restarts": 0, "started": "2026", **told}
    return Container(service=service, name=f"cfa-{service}-1", image=image, **whole)


def released(number: int, state: State = State.HEALTHY, **told: Any) -> Release:
    whole = {"commit": "old", "locked": "2026-01", "order": None, "images": OLD, **told}
    return Release(number=number, state=state, began="2026", by="me", run=f"run{number}", **whole)


FACTS: Final = Facts(
    compose=COMPOSE.encode(),
    environment={"CI_REGISTRY_IMAGE": sha256(b"r/p").hexdigest(), "SHOP_PASSWORD": "x"},  # without a salt
    engine="26.1.5",
    platform="linux/amd64",
    compose_version="2.29.7",
    free=10**10,
    containers=(container("gate", OLD["gate"]), container("shop-service", OLD["shop"])),
    releases=(released(1),),
)
