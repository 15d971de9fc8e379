"""A small repository that adopt-check finds nothing in, and what it finds when something is changed."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import anyio

from ci.adopt.checks import run
from ci.adopt.env import RefusedLine
from ci.adopt.picture import Owners, Picture, copy_for_compose
from ci.arguments import UNSEEN
from ci.module import OisCfa
from tests.support.compose import compose_at

COMPOSE: Final = """\
name: shop
services:
  web:
    image: ${WEB_IMAGE:-${CI_REGISTRY_IMAGE}/web:dev}
    ports: ["50001:8080"]
"""
CATALOGUE: Final = """\
[kinds.any]
group = "all"
dockerfile = "{name}/Dockerfile"
port = 8080
memory = "1GB"
seconds = 1
health = "/health"

[services.web]
kind = "any"
published = 50001

[hosts.cfa2]
address = "192.0.2.10"
user = "user"
directory = "/srv/cfa"
compose = "deploy"
"""
GOOD: Final = {
    "services.toml": CATALOGUE,
    "dagger.json": "{}",
    "web/Dockerfile": "FROM node:20-bookworm-slim\nCOPY web/index.js ./\nUSER 1000\n",
    "web/index.js": "",
    "deploy/docker-compose.yml": COMPOSE,
    "deploy/.env.dev": "CI_REGISTRY_IMAGE=registry.example.com/shop\n",
    "deploy/known_hosts": "",
}


def seen(root: Path, env_refused: Mapping[int, RefusedLine] | None = None) -> Picture:
    """A repository as the checks see it, without an engine, which alone knows what it refuses of a .env."""

    async def env(_: str) -> Mapping[int, RefusedLine]:
        return env_refused or {}

    with TemporaryDirectory() as folder:
        copy_for_compose(root, Path(folder))
        compose = compose_at(Path(folder))
        return anyio.run(partial(Picture.read, root, Owners(compose, env), unseen=UNSEEN, face=OisCfa, args={}))


def repository(root: Path, files: Mapping[str, str]) -> Picture:
    """A repository without a fault, but for these files."""
    for name, text in {**GOOD, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return seen(root)


def found(picture: Picture) -> list[str]:
    return [f"{one.check.name} {each.place}: {each.what}" for one in run(picture) for each in one.findings]
