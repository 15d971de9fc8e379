"""The image of a job: the engine with its CLI, one image as job and as service."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bootstrap import engine, local, settings
from bootstrap.products import Image
from bootstrap.stages import Stage
from bootstrap.workshop import Workshop
from tests.support.stages import image_of

_NAME: Final = "test-job"
_IMAGE: Final = Path(__file__).with_name("image")


def job_image() -> str:
    """The image's tag; the engine's parts are there already where an engine runs."""
    return image_of(_stages(settings.read(os.environ)), _NAME)


def _stages(asked: settings.Settings) -> Sequence[Stage]:
    """What the engine is made of, without what runs it, and the job's image."""
    made = [stage for stage in local.stages(asked) if stage.name != asked.container]
    return (
        *made,
        Stage(
            name=_NAME,
            doing="build the image of a GitLab job",
            expect="under a minute",
            product=Image(_NAME),
            make=_make,
            inputs=(_IMAGE, str(engine.CONFIGURATION)),
            needs=("engine", "content", "programs"),
        ),
    )


def _make(shop: Workshop) -> None:
    context = shop.scratch / "context"
    shutil.copytree(_IMAGE, context)
    shutil.copy2(shop.folder("programs") / "dagger", context)
    shutil.copytree(shop.folder("content"), context / "content")
    (context / "engine.json").write_text(json.dumps(engine.CONFIGURATION), encoding="utf-8")
    digests = engine.manifest_digests(shop.folder("content"))
    arguments = {"BASE": shop.image("engine"), "GO_SDK": digests["go-sdk"], "PYTHON_SDK": digests["python-sdk"]}
    shop.run(
        *("docker", "build", "--quiet", "--network", "host", "--tag", shop.image(shop.name)),
        *(part for name, value in arguments.items() for part in ("--build-arg", f"{name}={value}")),
        str(context),
        environment={"DOCKER_BUILDKIT": "0"},  # as bootstrap's
    )
