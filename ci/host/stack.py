"""The compose file and the variables of a host as git has them, and which service of the catalogue each one runs."""

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final, Self

import yaml
from attrs import field, frozen

from ci.catalogue import Catalogue, Service
from ci.errors import CatalogueError

COMPOSE: Final = "docker-compose.yml"
VARIABLES: Final = ".env.dev"
KNOWN_HOSTS: Final = "known_hosts"
# `${IDENTITY_IMAGE:-${CI_REGISTRY_IMAGE}/identity:dev}`: a deploy sets the variable, a person's own `up` means dev.
HANDED_OVER: Final = re.compile(r"\$\{(?P<variable>[A-Z][A-Z0-9_]*):-[^}]*\}?/(?P<image>[a-z0-9-]+):\w+\}")
NAMED: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)")
NEEDED: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")  # without a default


@frozen(kw_only=True)
class Entry:
    """A service of the compose file that runs an image of ours."""

    name: str
    service: Service
    variable: str
    checked: bool  # by a health check of the compose file
    told: bool = True  # which image it runs, by its environment
    definition: str = ""  # of its part of the compose file and of the values that git gives it: equal when they are

    @property
    def health_url(self) -> str:
        """Where the host itself asks whether it is well; empty where the catalogue names no path."""
        return self._url(self.service.health)

    @property
    def version_url(self) -> str:
        """Where it says which image it runs; empty where the catalogue names no path."""
        return self._url(self.service.version)

    def _url(self, path: str | None) -> str:
        return f"http://127.0.0.1:{self.service.published}{path}" if path else ""


@frozen(kw_only=True)
class Stack:
    """What git says of one host's compose project."""

    project: str
    compose: bytes
    environment: Mapping[str, str] = field(factory=dict, hash=False)  # of .env.dev; empty values are the host's own
    entries: tuple[Entry, ...] = ()  # in the order of the catalogue
    needed: frozenset[str] = frozenset()  # variables without a default

    @classmethod
    def read(cls, compose: str, variables: str, catalogue: Catalogue, place: str) -> Self:
        """Read both files; raise `CatalogueError` when they and the catalogue do not fit."""
        try:
            data = yaml.safe_load(compose)
            services, project = dict(data["services"]), str(data["name"])
        except (yaml.YAMLError, TypeError, KeyError, ValueError) as fault:
            raise CatalogueError(f"{place}/{COMPOSE}: not a compose file with name and services: {fault}") from None
        environment = parse_variables(variables)
        entries = {entry.service.name: entry for entry in _entries(services, catalogue, environment)}
        CatalogueError.unless_none(
            f"{place}/{COMPOSE}: no service runs {one.name}: one must have an image such as "
            f"${{{one.name.upper().replace('-', '_')}_IMAGE:-${{CI_REGISTRY_IMAGE}}/{one.name}:dev}}"
            for one in catalogue.services
            if one.name not in entries
        )
        return cls(
            project=project,
            compose=compose.encode(),
            environment=environment,
            entries=tuple(entries[one.name] for one in catalogue.services),
            needed=frozenset(NEEDED.findall(compose)),
        )

    def still(self, images: Mapping[str, str]) -> dict[str, str]:
        """Of images by service those whose service git still has."""
        known = {entry.service.name for entry in self.entries}
        return {name: ref for name, ref in images.items() if name in known}


def parse_variables(text: str) -> Mapping[str, str]:
    """Read KEY=VALUE lines, as they are written."""
    lines = (line for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def _entries(services: Mapping[str, Any], catalogue: Catalogue, environment: Mapping[str, str]) -> Iterator[Entry]:
    known = {service.name: service for service in catalogue.services}
    for name, told in services.items():
        given = HANDED_OVER.fullmatch(str(told.get("image", "")))
        if given and given["image"] in known:
            checked = not told.get("healthcheck", {}).get("disable") and "healthcheck" in told
            yield Entry(
                name=name,
                service=known[given["image"]],
                variable=given["variable"],
                checked=checked,
                told=given["variable"] in json.dumps(told.get("environment")),
                definition=_definition(told, environment),
            )


def _definition(told: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    text = json.dumps(told, sort_keys=True, default=str)
    given = {name: environment[name] for name in NAMED.findall(text) if environment.get(name)}
    return sha256(json.dumps([text, given], sort_keys=True).encode()).hexdigest()[:12]
