"""The base images of the sample as official ones would be: without the label of stand-ins, under names of their own."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from ci.base_images import source_of
from ci.compose.ask import IMAGE
from tests.support.base_images import official
from tests.support.registry import Place
from tests.support.repository import Repository

IMAGES: Final = {
    "mcr.microsoft.com/dotnet/sdk": "3.1",
    "mcr.microsoft.com/dotnet/aspnet": "3.1",
    "node": "20-bookworm-slim",
    "quay.io/keycloak/keycloak": "26.7.3",
    "postgres": "16",
    "docker": IMAGE.partition(":")[2],
}
PLACES: Final = ("sample/**/Dockerfile", "deploy/**/docker-compose.yml", "ci/compose/ask.py")


@contextmanager
def official_images(place: Place, repository: Repository) -> Iterator[None]:
    """While open, the mirror has them, and the repository names them in place of the others."""
    for file in (file for pattern in PLACES for file in repository.root.glob(pattern)):
        text = file.read_text(encoding="utf-8")
        for name in IMAGES:
            text = re.sub(rf"(?<![\w./-]){re.escape(name)}(?=:[$\d])", f"{name}-{repository.seed}", text)
        file.write_text(text, encoding="utf-8")
    with ExitStack() as stack:
        for name, tag in IMAGES.items():
            address, image = source_of(name)
            path = address.path(image)
            stack.enter_context(official(place, f"{path}:{tag}", f"{path}-{repository.seed}:{tag}"))
        yield
