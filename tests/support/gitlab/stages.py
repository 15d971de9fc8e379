"""The stages that make the images of a runner: the engine with its CLI, as job and as service, and a helper."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from attrs import frozen

from bootstrap import engine, local, settings
from bootstrap.products import Image
from bootstrap.stages import Stage
from bootstrap.workshop import Workshop
from tests.support.stages import image_of

_IMAGES: Final = Path(__file__).with_name("images")


@frozen
class Images:
    """The tags; `job` is the one image of the committed file."""

    job: str
    helper: str


@cache
def images() -> Images:
    """The engine's parts are there already where an engine runs; the rest takes a minute, once."""
    table = _stages(settings.read(os.environ))
    return Images(*(image_of(table, name) for name in ("test-job", "test-helper")))


def _stages(asked: settings.Settings) -> Sequence[Stage]:
    """What the engine is made of, without what runs it, and the two."""
    return (
        *(stage for stage in local.stages(asked) if stage.name != asked.container),
        Stage(
            name="test-job",
            doing="build the image of a GitLab job",
            expect="under a minute",
            product=Image("test-job"),
            make=_job,
            inputs=(_IMAGES / "job", str(engine.CONFIGURATION)),
            needs=("engine", "content", "programs"),
        ),
        Stage(
            name="test-helper",
            doing="build the image of a runner's helper",
            expect="under a minute",
            product=Image("test-helper"),
            make=_helper,
            inputs=(_IMAGES / "helper",),
            needs=("debian",),
        ),
    )


def _job(shop: Workshop) -> None:
    context = shop.scratch / "context"
    shutil.copytree(_IMAGES / "job", context)
    shutil.copy2(shop.folder("programs") / "dagger", context)
    shutil.copytree(shop.folder("content"), context / "content")
    (context / "engine.json").write_text(json.dumps(engine.CONFIGURATION), encoding="utf-8")
    digests = engine.manifest_digests(shop.folder("content"))
    arguments = {"BASE": shop.image("engine"), "GO_SDK": digests["go-sdk"], "PYTHON_SDK": digests["python-sdk"]}
    _build(shop, context, arguments)


def _helper(shop: Workshop) -> None:
    _build(shop, _IMAGES / "helper", {"BASE": shop.image("debian")})


def _build(shop: Workshop, context: Path, arguments: Mapping[str, str]) -> None:
    shop.run(
        *("docker", "build", "--quiet", "--network", "host", "--tag", shop.image(shop.name)),
        *(part for name, value in arguments.items() for part in ("--build-arg", f"{name}={value}")),
        str(context),
        environment={"DOCKER_BUILDKIT": "0"},  # as bootstrap's
    )
