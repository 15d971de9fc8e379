"""The variables that a compose file is read with, as a file that Compose reads back to the same values."""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

ENVIRONMENT: Final = ".env"  # beside a compose file: Compose reads it unasked
ESCAPED: Final = str.maketrans({"\\": r"\\", '"': r"\"", "$": r"\$", "\n": r"\n", "\r": r"\r"})


def image_variable(service: str) -> str:
    """The variable by which a deploy hands over the image of a service of the catalogue."""
    return f"{re.sub(r'[^A-Z0-9]', '_', service.upper())}_IMAGE"


def handed_over(service: str) -> str:
    """What a compose service has as `image` to run that of a service of the catalogue, which a deploy hands over."""
    return f"${{{image_variable(service)}:-${{CI_REGISTRY_IMAGE}}/{service}:dev}}"


def image_markers(services: Iterable[str]) -> Mapping[str, str]:
    """A value for the image variable of each service: whoever has it as image takes the image from a deploy."""
    return {image_variable(service): marker_of(service) for service in services}


def marker_of(service: str) -> str:
    """An image that exists nowhere, and is the service's alone."""
    return f"handed-over.invalid/{service}:marker"


def env_file(values: Mapping[str, str]) -> str:
    """KEY="value" lines; Compose gives back each value as it is."""
    return "".join(f'{name}="{value.translate(ESCAPED)}"\n' for name, value in values.items())


def placeholder(name: str) -> str:
    """A value for a secret that only a host has: the same each time, and another for each name."""
    return sha256(name.encode()).hexdigest()
