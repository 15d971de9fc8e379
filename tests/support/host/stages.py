"""The tables of stages that make the image of a second Docker host, and versions of Compose for it."""

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
OLDEST_COMPOSE: Final = "2.20.3"
LAST_V2: Final = "2.40.3"
NEWEST_COMPOSE: Final = "5.6.0"  # those after it need a newer Go than 1.26.8
SUITE: Final = "trixie"
_DOCKER: Final = {  # the packages that bring it in a release of Debian; the first have an older Compose, or none
    "bookworm": "docker.io",
    SUITE: "docker.io docker-cli docker-compose",
    "sid": "docker.io docker-cli",
}
_HERE: Final = Path(__file__).parent
_IMAGE: Final = _HERE / "image"


def host_image(suite: str = SUITE) -> str:
    """The tag of the image with this release of Debian and its Docker."""
    return image_of(stages(settings.read(os.environ).cache, suite), f"test-host-{suite}")


def stages(cache: Path, suite: str) -> Sequence[Stage]:
    """Compose is compiled while the Debian is made."""
    return (
        _compose(COMPOSE, cache),
        Stage(
            name=f"test-{suite}",
            doing=f"debootstrap Debian {suite}",
            expect="about 1 min",
            product=Image(f"test-{suite}"),
            make=partial(recipes.debian, suite=suite, packages=()),
            inputs=(suite, recipes.TRUST),
        ),
        Stage(
            name=f"test-host-{suite}",
            doing=f"build the image of the second Docker host, Debian {suite}",
            expect="about 1 min",
            product=Image(f"test-host-{suite}"),
            make=partial(_host, suite=suite),
            inputs=(_IMAGE, _DOCKER[suite]),
            needs=(f"test-compose-{COMPOSE}", f"test-{suite}"),
        ),
    )


def compose_program(version: str) -> Path:
    """The program of a version of Compose that no image has; the first time it is compiled."""
    cache = settings.read(os.environ).cache
    table = (_compose(version, cache),)
    make(table)
    return made_folder(cache, table[0].name, keys(table)[table[0].name]) / "docker-compose"


def _compose(version: str, cache: Path) -> Stage:
    name = f"test-compose-{version}"
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
    module = f"github.com/docker/compose/v{version.partition('.')[0]}"
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
    shop.run("go", "mod", "download", f"{module}@v{version}", environment=environment)
    shop.run(
        *("go", "build", "-mod=readonly", "-trimpath", "-ldflags", f"-s -w -X {module}/internal.Version=v{version}"),
        *("-o", str(target / "docker-compose"), "./cmd"),
        cwd=modules / f"{module}@v{version}",
        environment=environment,
    )
    recipes.keep(shop, target)


def _host(shop: Workshop, suite: str) -> None:
    context = shop.scratch / "context"
    shutil.copytree(_IMAGE, context)
    shutil.copy2(shop.folder(f"test-compose-{COMPOSE}") / "docker-compose", context)
    shop.run(
        *("docker", "build", "--quiet", "--network", "host", "--tag", shop.image(shop.name)),
        *("--build-arg", f"BASE={shop.image(f'test-{suite}')}", "--build-arg", f"DOCKER={_DOCKER[suite]}"),
        str(context),
        environment={"DOCKER_BUILDKIT": "0"},  # as bootstrap's
    )
