"""A build context as the engine sees it: a folder less what its ignore file drops, links kept as links."""

import os
import re
import stat
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from posixpath import dirname, join

from attrs import define, field, frozen

from ci.inputs.ignore import Ignore

_MOST_LINKS = 255  # the engine gives up there too


@frozen
class Node:
    """A file, folder or link of a context."""

    path: str  # relative to the context; "" is the context itself
    mode: int
    target: str = ""  # of a link

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder itself, not by a link."""
        return stat.S_ISDIR(self.mode)

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return stat.S_ISLNK(self.mode)


@define(eq=False)
class Tree:
    """The files of a context, listed folder by folder as they are asked for."""

    folder: Path
    ignore: Ignore
    _listed: dict[str, dict[str, Node]] = field(factory=dict, init=False)

    def node(self, path: str) -> Node | None:
        """What stands at a path, links not followed; None when there is nothing or it is dropped."""
        if not path:
            return Node("", stat.S_IFDIR)
        return self._children(dirname(path)).get(path)

    def follow(self, path: str) -> tuple[str, list[Node]]:
        """Where a path leads, and the links on the way; like the engine's, a link never leaves the context."""
        at, links, ahead = "", list[Node](), _parts(path)
        while ahead:
            part = ahead.pop(0)
            node = None if part == ".." else self.node(join(at, part))
            if node and node.is_link:
                if len(links) == _MOST_LINKS:
                    return node.path, links
                links.append(node)
                at, ahead = "" if node.target.startswith("/") else at, _parts(node.target) + ahead
            else:
                at = dirname(at) if part == ".." else join(at, part)
        return at, links

    def below(self, path: str) -> Iterator[Node]:
        """Everything under a folder, links not followed."""
        for node in self._children(path).values():
            yield node
            if node.is_folder:
                yield from self.below(node.path)

    def glob(self, folder: str, pattern: str) -> Iterator[str]:
        """The paths under a folder that a pattern matches, as Go's filepath.Match has it: ** is no more than *."""
        matches, depth = go_pattern(pattern), pattern.count("/") + pattern.count("[")
        if matches:
            yield from self._matching(folder, len(folder) + 1 if folder else 0, matches, depth)

    def children(self, folder: str) -> Iterable[Node]:
        """What is in a folder, less what is dropped."""
        return self._children(folder).values()

    def names(self, folder: str) -> list[str]:
        """What a folder holds, also what is dropped, to suggest a name."""
        place = self.folder / folder
        return sorted(path.name for path in place.iterdir()) if place.is_dir() else []

    def _matching(self, folder: str, skip: int, matches: re.Pattern[str], depth: int) -> Iterator[str]:
        for node in self._children(folder).values():
            if matches.fullmatch(node.path[skip:]):
                yield node.path
            elif node.is_folder and depth:
                yield from self._matching(node.path, skip, matches, depth - 1)

    def _children(self, folder: str) -> dict[str, Node]:
        if folder not in self._listed:
            self._listed[folder] = {node.path: node for node in self._list(folder) if self._is_kept(node)}
        return self._listed[folder]

    def _list(self, folder: str) -> Iterator[Node]:
        try:
            found = sorted(os.scandir(self.folder / folder), key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return
        for entry in found:
            path, mode = join(folder, entry.name), entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode):  # no version control holds the others
                yield Node(path, mode, str(Path(entry).readlink()) if stat.S_ISLNK(mode) else "")

    def _is_kept(self, node: Node) -> bool:
        if not self.ignore.drops(node.path):
            return True
        # a dropped folder is there all the same when an exception keeps something in it
        return node.is_folder and self.ignore.may_keep_under(node.path) and bool(self._children(node.path))


def is_glob(path: str) -> bool:
    """Whether the engine looks for matches; a backslash takes the meaning of what follows."""
    return re.search(r"[*?\[]", re.sub(r"\\.", "", path)) is not None


@cache
def go_pattern(pattern: str) -> re.Pattern[str] | None:
    """Go's filepath.Match as a regular expression; None when Go calls it malformed, which matches nothing."""
    whole = re.fullmatch(rf"(?:{_PIECE.pattern})*", pattern, re.DOTALL)
    return re.compile("".join(_regex(piece) for piece in _PIECE.findall(pattern)), re.DOTALL) if whole else None


_PIECE = re.compile(r"\*|\?|\\.|\[\^?(?:(?:\\.|[^\\\]-])(?:-(?:\\.|[^\\\]-]))?)+\]|[^*?\\\[]", re.DOTALL)
_WILD = {"*": "[^/]*", "?": "[^/]"}


def _regex(piece: str) -> str:
    if piece.startswith("["):
        return "[" + piece[1:-1].replace("[", r"\[").replace("&", r"\&").replace("~", r"\~").replace("|", r"\|") + "]"
    return _WILD.get(piece) or re.escape(piece.removeprefix("\\"))


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in {"", "."}]
