"""What a COPY, ADD or bind mount finds in a context, and why it finds nothing."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import takewhile
from posixpath import dirname, join, normpath

from ci.inputs.copies import Source
from ci.inputs.patterns import of_option
from ci.inputs.tree import Node, Tree, is_glob


def taken(tree: Tree, source: Source) -> Iterator[Node]:
    """What a source takes, and the links on the way; a folder stands for itself besides what it holds."""
    folder, pattern = _split(source)
    included, excluded = of_option([source.include or "**"]), of_option(source.exclude)
    yield from _on_the_way(tree, folder)
    for base in _matched(tree, folder, pattern):
        yield from _on_the_way(tree, base)
        root, _ = tree.follow(base)
        for node in tree.below(root):
            path = node.path.removeprefix(f"{root}/")
            if included.matches(path) and not excluded.matches(path):
                yield node


def fault(tree: Tree, source: Source) -> str:
    """Why the engine would not find a source, with the mend; empty when it would."""
    if source.include == ".":
        return f"{source.verb} --parents of {source.written} takes nothing; leave --parents out"
    return next((why for path in _needed(tree, source) if (why := _missing(tree, path, source))), "")


def led_to(tree: Tree, source: Source) -> Iterator[str]:
    """The paths, there or not, to which links of a source lead."""
    return (end for end, links in map(tree.follow, _needed(tree, source)) if links)


def fixed_part(pattern: str) -> str:
    """The folder in which a glob is looked for: what stands before its first wildcard."""
    return "/".join(takewhile(lambda part: not is_glob(part), pattern.split("/")))


def _split(source: Source) -> tuple[str, str]:
    """The base as a plain path and the glob below it; a bind mount knows no globs."""
    base = normpath(source.base) if source.base != "." else ""
    folder = base if source.verb.startswith("RUN") else fixed_part(base)
    return folder, base[len(folder) :].lstrip("/")


def _on_the_way(tree: Tree, path: str) -> Iterator[Node]:
    end, links = tree.follow(path)
    yield from links
    if node := tree.node(end):
        yield node


def _matched(tree: Tree, folder: str, pattern: str) -> Iterable[str]:
    if not pattern:
        return [folder]
    root, _ = tree.follow(folder)
    return tree.glob(root, pattern)


def _needed(tree: Tree, source: Source) -> Iterator[str]:
    """The paths without which a build fails, or silently copies nothing."""
    folder, pattern = _split(source)
    yield folder
    yield from _matched(tree, folder, pattern)
    if source.include and not pattern and not is_glob(source.include):
        yield join(folder, source.include)


def _missing(tree: Tree, path: str, source: Source) -> str:
    what = f"{source.verb} of {source.written}"
    end, links = tree.follow(path)
    node = tree.node(end)
    if node and node.is_link:
        return f"{what} goes round through its link {end}; let it end in a file or folder"
    if node:
        return ""
    via = f", a link to {end}," if links else ""
    if tree.ignore.drops(end):
        return f'{what}{via} is dropped by {tree.ignore.culprit(end)}; add "!{end}" below that line'
    return f"{what}{via} finds nothing; {_nearest(tree, end)}"


def _nearest(tree: Tree, path: str) -> str:
    folder = dirname(path)
    while folder and not tree.node(folder):
        path, folder = folder, dirname(folder)
    near = get_close_matches(path, [join(folder, name) for name in tree.names(folder)], n=1)
    return f"did you mean {near[0]}?" if near else f"add {path}, or take what {folder or 'the context'} holds"
