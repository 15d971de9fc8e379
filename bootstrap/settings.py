"""What the environment and dagger.json ask for, read once."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bootstrap.errors import Refused

ROOT = Path(__file__).resolve().parent.parent


class Kind(StrEnum):
    """Where the engine comes from, in the order of choice."""

    PATH = "path"
    OFFICIAL = "official"
    LOCAL = "local"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One run of `./daggerw`."""

    version: str
    cache: Path
    instance: str
    forced: Kind | None = None
    certificates: Path | None = None
    runner: str = ""
    registry: str = ""
    docker_host: str = ""
    progress: str = "logs"
    cli_source: str = "https://dl.dagger.io"
    engine_image: str = "registry.dagger.io/engine"

    @property
    def container(self) -> str:
        """The engine's container, and the volume of its state."""
        return f"{self.instance}-engine"

    @property
    def logs(self) -> Path:
        """Where every log is."""
        return self.cache / "logs"

    @property
    def own(self) -> Path:
        """What belongs to this instance alone."""
        return self.cache / "instances" / self.instance


def read(environment: Mapping[str, str], root: Path = ROOT) -> Settings:
    """The settings of this environment, or a refusal of what it says."""
    certificates = environment.get("DAGGERW_CERTIFICATES")
    return Settings(
        version=pinned_version(root),
        cache=_cache(environment.get("DAGGERW_CACHE")),
        instance=_instance(environment.get("DAGGERW_INSTANCE") or "ois"),
        forced=_forced(environment.get("DAGGERW_ENGINE")),
        certificates=_folder(certificates) if certificates else None,
        runner=environment.get("_EXPERIMENTAL_DAGGER_RUNNER_HOST", ""),
        registry=environment.get("CI_REGISTRY", ""),
        docker_host=environment.get("DOCKER_HOST", ""),
        progress=environment.get("DAGGER_PROGRESS") or Settings.progress,
        cli_source=(environment.get("DAGGERW_CLI_SOURCE") or Settings.cli_source).rstrip("/"),
        engine_image=environment.get("DAGGERW_ENGINE_IMAGE") or Settings.engine_image,
    )


def pinned_version(root: Path = ROOT) -> str:
    """Dagger's version, such as v1.2.3: dagger.json is the one place that decides it."""
    try:
        version = json.loads((root / "dagger.json").read_text())["engineVersion"]
    except (OSError, ValueError, KeyError, TypeError):
        version = None
    if not isinstance(version, str):
        raise Refused("dagger.json names no engineVersion: set it to that of Dagger, such as v1.2.3")
    return version


def _cache(name: str | None) -> Path:
    try:
        cache = Path(name or Path.home() / ".cache" / "ois-cfa").absolute()
    except RuntimeError:
        raise Refused("this user has no home: set DAGGERW_CACHE to a folder") from None
    if ":" in str(cache):
        raise Refused(f"DAGGERW_CACHE is {cache}: Docker mounts no folder with a colon in its name")
    return cache


def _instance(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", name):
        raise Refused(f'DAGGERW_INSTANCE is "{name}": use small letters, digits and dashes')
    return name


def _forced(name: str | None) -> Kind | None:
    if name and name not in tuple(Kind):
        raise Refused(f'DAGGERW_ENGINE is "{name}": set it to path, official or local, or leave it unset')
    return Kind(name) if name else None


def _folder(name: str) -> Path:
    try:
        list(Path(name).iterdir())
    except OSError as fault:
        raise Refused(
            f"DAGGERW_CERTIFICATES is {name} ({fault.strerror}): name a folder that holds *.crt files"
        ) from None
    return Path(name).absolute()
