"""The table of stages that make the second Docker host's image: trixie, OpenSSH, Docker and two versions of Compose."""

import os
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from bootstrap import recipes, settings
from bootstrap.products import Folder, Image
from bootstrap.stages import Stage
from bootstrap.workshop import Workshop
from tests.support.stages import image_of

COMPOSE: Final = "2.29.7"  # cfa2's own
DEBIAN_COMPOSE: Final = "2.26.1"  # trixie's docker-compose
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
        Stage(
            name="test-compose",
            doing=f"compile Compose {COMPOSE}",
            expect="2 min",
            product=Folder("test-compose", cache),
            make=_compose,
            inputs=(COMPOSE, recipes.go("GOVERSION")),
        ),
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


def _compose(shop: Workshop) -> None:
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
    shop.run("go", "mod", "download", f"{_MODULE}@v{COMPOSE}", environment=environment)
    shop.run(
        *("go", "build", "-mod=readonly", "-trimpath", "-ldflags", f"-s -w -X {_MODULE}/internal.Version=v{COMPOSE}"),
        *("-o", str(target / "docker-compose"), "./cmd"),
        cwd=modules / f"{_MODULE}@v{COMPOSE}",
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
