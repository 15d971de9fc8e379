"""A compose file as it is written, with the line of each key."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from posixpath import basename, dirname, join, normpath
from typing import Any, Final, Self

import yaml
from attrs import define, field, frozen

from ci.adopt.recipe import Recipe
from ci.host.stack import HANDED_OVER

# of an image or a port: `${X:-default}` is its default to whom sets nothing
DEFAULT: Final = re.compile(r"\$\{[A-Za-z_]\w*:?-([^${}]*)\}")
PORT: Final = re.compile(r"(?:(?P<address>[\d.]+|\[[^\]]*\]):)?(?P<host>\d+):(?P<container>\d+)(?:/tcp)?")


@frozen
class Published:
    """A port of a container on the host."""

    host: int
    container: int
    address: str = ""

    @property
    def local(self) -> bool:
        """Whether the host reaches it at 127.0.0.1, where a deploy asks."""
        return self.address in {"", "0.0.0.0", "127.0.0.1"}  # noqa: S104  # nothing is bound here


@define(frozen=True, slots=False)  # slots would leave no room for the cached property
class ComposeFile:
    """A compose file; `refused` says why it cannot be read."""

    path: str
    text: str = field(repr=False)
    data: Mapping[str, Any] = field(factory=dict, repr=False)
    refused: str = ""

    @classmethod
    def parse(cls, path: str, text: str) -> Self:
        """Read what can be read."""
        try:
            data = yaml.safe_load(text)
            if not isinstance(data, dict) or not isinstance(data.get("services"), dict):
                return cls(path, text, refused="has no table services")
        except yaml.YAMLError as fault:
            return cls(path, text, refused=f"is no YAML: {' '.join(str(fault).split())}")
        return cls(path, text, data)

    @property
    def services(self) -> Mapping[str, Mapping[str, Any]]:
        """Its services, by name."""
        return {name: told for name, told in self.data.get("services", {}).items() if isinstance(told, dict)}

    def runs(self, recipe: Recipe) -> str:
        """The name under which a service of the catalogue runs here; empty when nothing tells."""
        ours = recipe.service.name
        ways: Sequence[Callable[[str], bool]] = (
            lambda name: self.handed_over(name) == ours,
            lambda name: image_name(self.services[name]) == ours,
            lambda name: self._builds(name) == recipe.path,
            lambda name: name in {ours, f"{ours}-service"},
        )
        return next((name for way in ways for name in self.services if way(name)), "")

    def handed_over(self, name: str) -> str:
        """The image of ours that a variable of the deploy names; empty when the image is written otherwise."""
        found = HANDED_OVER.fullmatch(str(self.services[name].get("image", "")))
        return found["image"] if found else ""

    def ports(self, name: str) -> Iterator[Published]:
        """What a service publishes; ports that a variable without a default decides are left out."""
        for told in _listed(self.services[name].get("ports")):
            if isinstance(told, dict):
                text = f"{told.get('published', '')}:{told.get('target', '')}"
                text = f"{told['host_ip']}:{text}" if told.get("host_ip") else text
            else:
                text = str(told)
            if found := PORT.fullmatch(DEFAULT.sub(r"\1", text)):
                yield Published(int(found["host"]), int(found["container"]), found["address"] or "")

    def environment(self, name: str) -> Mapping[str, str]:
        """The variables that a service is given."""
        told = self.services[name].get("environment")
        pairs = _table(told).items() or (str(pair).partition("=")[::2] for pair in _listed(told))
        return {str(key): DEFAULT.sub(r"\1", str(value)) for key, value in pairs}

    def healthcheck(self, name: str) -> Mapping[str, Any]:
        """The health check that a service is given here; empty when there is none or it is off."""
        told = _table(self.services[name].get("healthcheck"))
        return {} if told.get("disable") else told

    @property
    def beside(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """The files that it takes from its folder, each after the keys that name it."""
        for name, told in self.services.items():
            for path in _paths(told.get("env_file"), "path"):
                if path.removeprefix("./") != ".env":  # the one that a host has
                    yield ("services", name, "env_file"), path
            for path in _paths(told.get("volumes"), "source"):
                if path.startswith("."):
                    yield ("services", name, "volumes"), path.partition(":")[0]
            for path in _paths(told.get("extends"), "file"):
                yield ("services", name, "extends"), path
        for kind in ("configs", "secrets"):
            for name, told in _table(self.data.get(kind)).items():
                yield from (((kind, name, "file"), path) for path in _paths(told, "file"))
        yield from ((("include",), path) for path in _paths(self.data.get("include"), "path"))

    def place(self, *keys: str) -> str:
        """The line of a key, or of the nearest one above it that is written here."""
        node, line = self._node, 1
        for key in keys:
            inner = node.value if isinstance(node, yaml.MappingNode) else []
            found = next(((name, value) for name, value in inner if name.value == key), None)
            if not found:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        return f"{self.path}:{line}"

    @cached_property
    def _node(self) -> yaml.Node | None:
        return yaml.compose(self.text, Loader=yaml.SafeLoader)

    def _builds(self, name: str) -> str:
        """The Dockerfile that a service would be built from."""
        told = self.services[name].get("build")
        build = {"context": told} if isinstance(told, str) else told
        if not isinstance(build, dict):
            return ""
        parts = (str(build.get(key, default)) for key, default in (("context", "."), ("dockerfile", "Dockerfile")))
        return normpath(join(dirname(self.path), *parts))


def image_name(told: Mapping[str, Any]) -> str:
    """The last part of a service's image, without its tag."""
    return basename(DEFAULT.sub(r"\1", str(told.get("image", "")))).partition("@")[0].partition(":")[0].rstrip("}")


def _paths(told: object, key: str) -> Iterator[str]:
    """The paths that one entry or a list of them names, by itself or under a key."""
    for one in told if isinstance(told, list) else [told]:
        if path := one.get(key) if isinstance(one, dict) else one:
            yield str(path)


def _table(told: object) -> Mapping[str, Any]:
    return told if isinstance(told, dict) else {}


def _listed(told: object) -> Sequence[Any]:
    return told if isinstance(told, list) else ()
