"""The table of stages that make the second Docker host's image: trixie, OpenSSH, Docker and two versions of Compose."""

import os
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from bootstrap import recipes, settings
from bootstrap.products import Folder, Image
from bootstrap.stages import Stage, keys
from bootstrap.workshop import Workshop, made_folder
from tests.support.stages import image_of, make

COMPOSE: Final = "2.29.7"  # cfa2's own
DEBIAN_COMPOSE: Final = "2.26.1"  # trixie's docker-compose
NEWEST_COMPOSE: Final = "2.40.3"  # the last of 2.x
_MODULE: Final = "github.com/docker/compose/v2"
_SUITE: Final = "trixie"
_HERE: Final = Path(__file__).parent
_IMAGE: Final = _HERE / "image"


def host_image() -> str:
    """The image's tag."""
    return image_of(stages(settings.read(os.environ).cache), "test-host")


def stages(cache: Path) -> Sequence[Stage]:
    """Compose is compiled while the Debian is made."""
    return (
        _compose("test-compose", COMPOSE, cache),
        Stage(
            name="test-debian",
            doing=f"debootstrap Debian {_SUITE}",
            expect="about 1 min",
            product=Image("test-debian"),
            make=partial(recipes.debian, suite=_SUITE, packages=()),
            inputs=(_SUITE, recipes.TRUST),
        ),
        Stage(
            name="test-host",
            doing="build the image of the second Docker host",
            expect="about 1 min",
            product=Image("test-host"),
            make=_host,
            inputs=(_IMAGE,),
            needs=("test-compose", "test-debian"),
        ),
    )


def newest_compose() -> Path:
    """The program of the last 2.x, which only some tests take; the first time it is compiled."""
    cache = settings.read(os.environ).cache
    table = (_compose("test-compose-newest", NEWEST_COMPOSE, cache),)
    make(table)
    return made_folder(cache, "test-compose-newest", keys(table)["test-compose-newest"]) / "docker-compose"


def _compose(name: str, version: str, cache: Path) -> Stage:
    return Stage(
        name=name,
        doing=f"compile Compose {version}",
        expect="2 min",
        product=Folder(name, cache),
        make=partial(_compile, version=version),
        inputs=(version, recipes.go("GOVERSION")),
    )


def _compile(shop: Workshop, version: str) -> None:
    """A release's own source, from the module proxy, checked against Go's public list of checksums."""
    target = shop.scratch / "bin"
    target.mkdir()
    modules = shop.tools.cache / "go" / "mod"
    environment = {
        "CGO_ENABLED": "0",
        "GOFLAGS": "-buildvcs=false",
        "GOTOOLCHAIN": "local",
        "GOCACHE": str(shop.tools.cache / "go" / "build"),
        "GOMODCACHE": str(modules),
    }
    shop.run("go", "mod", "download", f"{_MODULE}@v{version}", environment=environment)
    shop.run(
        *("go", "build", "-mod=readonly", "-trimpath", "-ldflags", f"-s -w -X {_MODULE}/internal.Version=v{version}"),
        *("-o", str(target / "docker-compose"), "./cmd"),
        cwd=modules / f"{_MODULE}@v{version}",
        environment=environment,
    )
    recipes.keep(shop, target)


def _host(shop: Workshop) -> None:
    context = shop.scratch / "context"
    shutil.copytree(_IMAGE, context)
    shutil.copy2(shop.folder("test-compose") / "docker-compose", context)
    shop.run(
        *("docker", "build", "--quiet", "--network", "host", "--tag", shop.image(shop.name)),
        *("--build-arg", f"BASE={shop.image('test-debian')}", str(context)),
        environment={"DOCKER_BUILDKIT": "0"},  # as bootstrap's
    )
