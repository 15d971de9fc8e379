"""What is wrong at the repository's root: services.toml, and .env as Dagger reads it."""

import re
from collections.abc import Iterator
from typing import Final

from ci.adopt.draft import CATALOGUE
from ci.adopt.finding import Finding, fault, warning
from ci.adopt.picture import MODULE, Picture

ENVIRONMENT: Final = ".env"
OURS: Final = "ois_cfa_"
LINE: Final = re.compile(r"(?:export +)?(?P<name>[A-Za-z_]\w*)=(?P<value>.*)")
VARIABLE: Final = re.compile(r"(?<!\\)\$(?:\{(?P<braced>\w+)\}|(?P<bare>[A-Za-z_]\w*))")  # without a default
MENTIONED: Final = re.compile(r"\$\{?(\w+)")


def catalogue(picture: Picture) -> Iterator[Finding]:
    """The faults of services.toml, or that there is none."""
    if CATALOGUE not in picture.files:
        found = f"{len(picture.recipes)} Dockerfiles" if picture.recipes else "no Dockerfile"
        yield fault(
            f"{CATALOGUE}:1", f"there is none, and {found} to build", "begin with the one that stands below this list"
        )
        return
    for sentence in picture.refused:
        place, _, rest = sentence.partition(": ")
        what, _, mend = rest.rpartition("; ")
        yield fault(place, what or rest, mend if what else "")
    if not picture.refused and not picture.catalogue.hosts:
        yield warning(f"{CATALOGUE}:1", "no host: nothing is deployed yet", "add a table such as [hosts.cfa2]")


def environment(picture: Picture) -> Iterator[Finding]:
    """Lines of the root's .env that Dagger takes for arguments, cannot expand, or reads for nothing."""
    lines = [
        (number, found["name"], found["value"])
        for number, text in enumerate(picture.text(ENVIRONMENT).splitlines(), start=1)
        if (found := LINE.fullmatch(text.strip()))
    ]
    if MODULE not in picture.files:  # then Dagger reads only what has the module's name in front
        lines = [line for line in lines if line[1].lower().startswith(OURS)]
    names = {name for _, name, _ in lines}
    used = {name for _, _, value in lines for name in MENTIONED.findall(value)}
    foreign = [line for line in lines if not line[1].lower().startswith(OURS) and line[1] not in used]
    for number, name, value in lines:
        argument = name.lower().removeprefix(OURS)
        if argument == name.lower() and name.lower() in picture.offered:
            yield fault(f"{ENVIRONMENT}:{number}", f"Dagger takes {name} for an argument of this module")
        unset = [found["braced"] or found["bare"] for found in VARIABLE.finditer(_expanded(value))]
        for one in unset:
            if one not in names:
                yield fault(
                    f"{ENVIRONMENT}:{number}",
                    f"${{{one}}} has no default: where it is not set, every call fails",
                    f"write ${{{one}:-}}, or move the file",
                )
    if foreign:
        first = foreign[0][0]
        yield warning(
            f"{ENVIRONMENT}:{first}",
            f"{foreign[0][1]} is not this module's: Dagger reads all {len(foreign)} such lines at every call",
        )


def _expanded(value: str) -> str:
    """The part of a value in which variables are expanded: not what stands in single quotes."""
    return re.sub(r"'[^']*'", "", value)
