"""Checks of the repository's root: services.toml, and .env as Dagger reads it."""

import re
from collections.abc import Iterator
from typing import Final

from ci.adopt.draft import CATALOGUE
from ci.adopt.env import ENVIRONMENT
from ci.adopt.finding import Finding, fault, warning
from ci.adopt.picture import Picture

OURS: Final = "ois_cfa_"
LINE: Final = re.compile(r"(?:export +)?(?P<name>[A-Za-z_]\w*)=(?P<value>.*)")
MENTIONED: Final = re.compile(r"\$\{?(\w+)")


def catalogue(picture: Picture) -> Iterator[Finding]:
    """services.toml names what is built and where it runs."""
    if CATALOGUE not in picture.files:
        images = f"{len(picture.recipes)} images" if picture.recipes else "no Dockerfile"
        what = f"there is none, and {images} to build"
        yield fault(f"{CATALOGUE}:1", what, "call adopt-draft -o services.toml")
        return
    for sentence in picture.refused:
        place, _, rest = sentence.partition(": ")
        what, _, mend = rest.rpartition("; ")
        yield fault(place, what or rest, mend if what else "")
    if not picture.refused and not picture.catalogue.hosts:
        yield warning(f"{CATALOGUE}:1", "no host: nothing is deployed yet", "add a table such as [hosts.cfa2]")


def env(picture: Picture) -> Iterator[Finding]:
    """The root's .env means nothing else to Dagger."""
    lines = [
        (f"{ENVIRONMENT}:{number}", line["name"], line["value"])
        for number, text in enumerate(picture.text(ENVIRONMENT).splitlines(), start=1)
        if (line := LINE.fullmatch(text.strip()))
    ]
    if picture.is_beside:  # then Dagger takes only what has the module's name in front
        lines = [line for line in lines if _is_ours(line[1])]
    used = {name for _, _, value in lines for name in MENTIONED.findall(value)}
    for place, name, _ in lines:
        if name.lower() in picture.offered and not _is_ours(name):
            yield fault(place, f"Dagger takes {name} for an argument of this module")
    for number, refused in picture.env_refused.items():
        place = f"{ENVIRONMENT}:{number}"
        if not (refused.is_unset and picture.is_beside) or place in {each for each, _, _ in lines}:
            yield fault(place, refused.why, "fix the line, or move the file as docs/adopt.md shows")
    foreign = [(place, name) for place, name, _ in lines if not _is_ours(name) and name not in used]
    if foreign:
        place, name = foreign[0]
        yield warning(place, f"{name} is not this module's: Dagger reads all {len(foreign)} such lines at every call")


def _is_ours(name: str) -> bool:
    return name.lower().startswith(OURS)
