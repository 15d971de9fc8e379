"""The repository that a call is made in, looked at without building anything."""

import inspect
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from posixpath import basename
from typing import Final

from ci.adopt.picture import Picture, files_of
from ci.compose.ask import Compose
from ci.inputs.ignore import Ignore
from ci.workspace import FETCHED, Workspace, parse_args

FOR_COMPOSE: Final = "for-compose"  # in the call's scratch folder: what Compose may read of what is fetched


async def look(workspace: Workspace, unseen: Sequence[str], face: type) -> Picture:
    """Fetch a repository, less what is never sent; `face` is the class that Dagger offers."""
    folder = workspace.scratch.path / FETCHED
    await workspace.source.export(str(folder))
    copy_for_compose(folder, workspace.scratch.path / FOR_COMPOSE)
    return await Picture.read(
        folder,
        Compose.in_container(workspace.scratch.directory(FOR_COMPOSE)),
        unseen=Ignore(text="\n".join(unseen)),
        offered=frozenset(offered(face)),
        args=parse_args(workspace.build_args),
    )


def copy_for_compose(root: Path, target: Path) -> None:
    """Put what can be a compose file, or be named by one, into a folder of its own, which may be empty then."""
    target.mkdir(parents=True, exist_ok=True)
    for path in filter(_is_for_compose, files_of(root)):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / path, target / path)


def offered(face: type) -> Iterator[str]:
    """The names under which Dagger looks for arguments in .env, besides those with the module's own in front."""
    yield from (_joined(name) for name in inspect.get_annotations(face))
    for function, method in inspect.getmembers(face, inspect.iscoroutinefunction):
        if not function.startswith("_"):
            for name in list(inspect.signature(method).parameters)[1:]:
                yield f"{function}_{_joined(name)}"
                yield f"{_joined(function)}_{_joined(name)}"


def _is_for_compose(path: str) -> bool:
    """Whether a file can be a compose file, or one that such a file names."""
    name = basename(path)
    return "node_modules/" not in path and (name.startswith(".env") or name.endswith((".yml", ".yaml", ".env")))


def _joined(name: str) -> str:
    return name.replace("_", "")
