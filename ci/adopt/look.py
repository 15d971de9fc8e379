"""The repository that a call is made in, looked at without building anything."""

import inspect
from collections.abc import Iterator, Sequence
from typing import Final

from ci.adopt.picture import Picture
from ci.inputs.ignore import Ignore
from ci.workspace import Workspace, parse_args

FETCHED: Final = "fetched"  # in the call's scratch folder


async def look(workspace: Workspace, unseen: Sequence[str], face: type) -> Picture:
    """Fetch a repository, less what is never sent; `face` is the class that Dagger offers."""
    folder = workspace.scratch.path / FETCHED
    await workspace.source.export(str(folder))
    return Picture.read(
        folder,
        unseen=Ignore(text="\n".join(unseen)),
        offered=frozenset(offered(face)),
        args=parse_args(workspace.build_args),
    )


def offered(face: type) -> Iterator[str]:
    """The names under which Dagger looks for arguments in .env, besides those with the module's own in front."""
    yield from (_joined(name) for name in inspect.get_annotations(face))
    for function, method in inspect.getmembers(face, inspect.iscoroutinefunction):
        if not function.startswith("_"):
            for name in list(inspect.signature(method).parameters)[1:]:
                yield f"{function}_{_joined(name)}"
                yield f"{_joined(function)}_{_joined(name)}"


def _joined(name: str) -> str:
    return name.replace("_", "")
