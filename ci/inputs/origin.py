"""What an image was made from: its hash is the inputs key, and two of them tell what changed in between."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import join, normpath
from typing import Any, Final

from attrs import asdict, frozen

from ci.catalogue import Service
from ci.inputs.copies import Source
from ci.inputs.inputs import Inputs
from ci.inputs.tree import is_glob

MOST_CHANGES: Final = 3  # that a cause names; of the others it says how many


@frozen(kw_only=True)
class Origin:
    """Everything that an image's identity hangs on; the lock keeps it."""

    paths: Mapping[str, str]  # by input path, relative to the catalogue's root: the digest of what is there
    dockerfile: str  # the digest of its text
    args: Mapping[str, str]  # those that the Dockerfile declares
    bases: Mapping[str, str]  # by base image: the digest that it had
    platform: str
    recipe: str

    @property
    def key(self) -> str:
        """The inputs key: 64 hexadecimal digits."""
        return _digest(asdict(self))

    def cause(self, older: "Origin", room: int = 100) -> str:
        """What makes it another image than an older one, in so many characters; empty when it is the same.

        The most telling comes first: what explains the rest, then files that changed, then files that came and went.
        """
        changes = [
            *(["the Dockerfile changed"] if self.dockerfile != older.dockerfile else []),
            *_compared(older.bases, self.bases, "base image {}", verb="moved"),
            *_compared(older.args, self.args, "build argument {}"),
            *(["the platform changed"] if self.platform != older.platform else []),
            *(["the recipe changed"] if self.recipe != older.recipe else []),
            *_compared(older.paths, self.paths, "{}"),
        ]
        for named in range(MOST_CHANGES, 1, -1):
            if len(text := _listed(changes, named)) <= room:
                return text
        spare = len(_listed(changes, 1)) - room
        return _listed([f"…{changes[0][spare + 1 :]}", *changes[1:]], 1) if spare > 0 else _listed(changes, 1)


def origin(inputs: Inputs, service: Service, *, platform: str, bases: Mapping[str, str], recipe: str) -> Origin:
    """The origin of the image that these inputs make; `bases` has the digest of each base image."""
    entries = dict[str, list[Any]]()
    for entry in inputs.entries:
        path = normpath(join(service.context, _input_path(entry.path, inputs.dockerfile.sources)))
        entries.setdefault(path, []).append(asdict(entry))
    return Origin(
        paths={path: _digest(below) for path, below in entries.items()},
        dockerfile=_digest(inputs.dockerfile.text),
        args={name: value for name, value in service.args.items() if name in inputs.dockerfile.args},
        bases={image: bases[image] for image in inputs.dockerfile.bases},
        platform=platform,
        recipe=recipe,
    )


def _input_path(path: str, sources: Iterable[Source]) -> str:
    """The word of the Dockerfile that takes a file; of a word that takes all, the folder at the top."""
    plain = [normpath(source.base) for source in sources if not is_glob(source.base)]
    named = [base for base in plain if path == base or path.startswith(f"{base}/")]
    if named:
        return max(named, key=len)
    return path.partition("/")[0] if "." in plain else path


def _compared(older: Mapping[str, str], newer: Mapping[str, str], subject: str, verb: str = "changed") -> Iterator[str]:
    yield from (f"{subject.format(name)} {verb}" for name in sorted(older.keys() & newer) if older[name] != newer[name])
    yield from (f"{subject.format(name)} is new" for name in sorted(newer.keys() - older))
    yield from (f"{subject.format(name)} is gone" for name in sorted(older.keys() - newer))


def _listed(changes: Sequence[str], named: int) -> str:
    more = len(changes) - named
    return ", ".join([*changes[:named], *([f"and {more} more"] if more > 0 else [])])


def _digest(facts: Any) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
