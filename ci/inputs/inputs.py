"""What an image is made from: the files that its Dockerfile takes, laid out alone."""

import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from itertools import chain
from pathlib import Path
from posixpath import dirname, join, normpath, split

from attrs import evolve, field, frozen

from ci.catalogue import Service
from ci.errors import InputsError
from ci.inputs.dockerfile import Dockerfile, examine
from ci.inputs.ignore import Ignore, ignore_candidates
from ci.inputs.patterns import plain
from ci.inputs.sources import fault, fixed_part, led_to, taken
from ci.inputs.tree import Node, Tree, go_pattern

DOCKERFILE = ".ois-cfa.Dockerfile"  # where it is laid out: read by the engine, never copied
PATH = re.compile(r"[\w@.+-]*(?:/[\w@.+-]+)+")
UTF16 = (b"\xff\xfe", b"\xfe\xff")  # how such a file begins


@frozen
class Entry:
    """One input: a file, an empty folder or a link."""

    path: str  # relative to the context
    executable: bool
    sha256: str  # of a file; else "folder" or "link:TARGET"


@frozen(kw_only=True)
class Inputs:
    """All that an image is made from, besides arguments and base images."""

    dockerfile: Dockerfile
    entries: tuple[Entry, ...]
    context: Path = field(eq=False)  # where the files are
    ignore: Ignore = field(factory=Ignore, eq=False, repr=False)

    def kept_out(self, text: str) -> str:
        """A sentence about the first path of a text that the repository has and the ignore file keeps out."""
        for word in PATH.findall(text):
            for path in _parts_of(word):
                if self.ignore.drops(path) and (self.context / path).exists():
                    return f"{path} is there, and {self.ignore.culprit(path)} keeps it out of the build"
        return ""


def read(root: Path, service: Service, *, target: str = "") -> tuple[Dockerfile, Ignore]:
    """The Dockerfile of a service as it leads to a stage, by default the service's, and the ignore file over it."""
    dockerfile, ignore = look_at(root, service, target=target)
    InputsError.unless_none(dockerfile.faults)
    return dockerfile, ignore


def look_at(root: Path, service: Service, *, target: str = "") -> tuple[Dockerfile, Ignore]:
    """As `read`, where the faults of what can be read are among the answers."""
    text = text_of(root, service.dockerfile)
    ignores = [Ignore(path, text_of(root, path) or "") for path in ignore_candidates(service)]
    if text is None:
        raise InputsError(f"{service.place}: there is no {service.dockerfile}; {_nearest_file(root, service)}")
    dockerfile = examine(service.dockerfile, text, service.args, target=target or service.target)
    dockerfile = evolve(dockerfile, faults=(*dockerfile.faults, *_values_without_effect(service, dockerfile)))
    # the first that is there and not empty, as the engine has it
    return dockerfile, next((ignore for ignore in ignores if ignore.text), Ignore())


def wanted(read_services: Iterable[tuple[Service, Dockerfile]]) -> dict[str, list[str]]:
    """What to fetch for these services: their sources and, to see what exists, the names beside them.

    It is what a directory's filter takes: `include` and `exclude`.
    """
    paths = {path for service, dockerfile in read_services for path in _wanted_paths(service, dockerfile)}
    beside = {dirname(fixed_part(path)) for path in paths}
    folders = sorted(beside | {parent for path in beside for parent in _parents(path) if parent})
    names = [(f"!{folder or '**'}", f"!{join(folder, '*')}", join(folder, "*/*")) for folder in folders]
    fetched = [(f"!{path}", f"!{path}/**") for path in sorted(paths)]
    include = ["**"] if "" in folders else folders
    return {"include": include, "exclude": list(chain.from_iterable([*names, *fetched]))}


def rules_of(root: Path, service: Service) -> set[str]:
    """Where the Dockerfile and the ignore files of a service are; fetch them, and ask again until nothing new comes.

    Each may be a link, or lie behind one.
    """
    rules = (service.dockerfile, *ignore_candidates(service))
    return {plain(path) for rule in rules for path in (rule, Tree(root, Ignore()).follow(rule)[0])}


def behind_links(root: Path, service: Service, dockerfile: Dockerfile, ignore: Ignore) -> set[str]:
    """Where links of the sources lead; fetch these too, and ask again until nothing new comes."""
    tree = Tree(root / service.context, ignore)
    paths = {path for source in dockerfile.sources for path in led_to(tree, source)}
    return {normpath(join(plain(service.context), plain(path) or "**")) for path in paths}


def collect(root: Path, service: Service, dockerfile: Dockerfile, ignore: Ignore) -> Inputs:
    """Find and hash what the Dockerfile takes; refuse, each with its line, the sources that are not there."""
    tree = Tree(root / service.context, ignore)
    faults = ((source.line, fault(tree, source)) for source in dockerfile.sources)
    InputsError.unless_none(f"{dockerfile.path}:{line}: {why}" for line, why in faults if why)
    nodes = {node.path: node for source in dockerfile.sources for node in taken(tree, source)}
    if taken_name := next(filter(_is_ours, nodes), None):
        raise InputsError(f"{dockerfile.path}:1: {taken_name} has a name of the pipeline's own; give it another name")
    filled = {parent for path in nodes for parent in _parents(path)}
    return Inputs(
        dockerfile=dockerfile,
        entries=tuple(_entry(tree.folder, nodes[path]) for path in sorted(nodes) if path and path not in filled),
        context=tree.folder,
        ignore=ignore,
    )


def lay_out(inputs: Inputs, target: Path, bases: Mapping[str, str]) -> None:
    """Fill a folder with the inputs and the Dockerfile, in git's modes; `bases` has a reference for each base image."""
    folders = {parent for entry in inputs.entries for parent in _parents(entry.path)}
    folders |= {entry.path for entry in inputs.entries if entry.sha256 == "folder"}
    for folder in sorted(folders | {""}):
        (target / folder).mkdir(parents=folder == "", exist_ok=True)
        (target / folder).chmod(0o755)
    for entry in inputs.entries:
        place = target / entry.path
        if entry.sha256.startswith("link:"):
            place.symlink_to(entry.sha256.removeprefix("link:"))
        elif entry.sha256 != "folder":
            shutil.copyfile(inputs.context / entry.path, place)
            place.chmod(0o755 if entry.executable else 0o644)
    texts = {DOCKERFILE: inputs.dockerfile.standing_on(bases), f"{DOCKERFILE}.dockerignore": f"{DOCKERFILE}*\n"}
    for name, text in texts.items():
        (target / name).write_text(text, encoding="utf-8", newline="")
        (target / name).chmod(0o644)


def text_of(root: Path, path: str) -> str | None:
    """A text of a repository, read through links that stay in it; None where there is no file.

    Raise `InputsError` when it is not UTF-8.
    """
    end, _ = Tree(root, Ignore()).follow(path)
    try:
        content = (root / end).read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as fault:  # a link that leads to itself
        raise InputsError(f"{path}:1: it cannot be read ({fault.strerror}); let its link end in a file") from None
    try:
        return content.decode()
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        kind = "UTF-16" if content[:2] in UTF16 else f"no UTF-8: there is a byte {content[fault.start]:#04x}"
        raise InputsError(f"{path}:{line}: the file is {kind}; save it as UTF-8") from None


def _parts_of(path: str) -> Iterator[str]:
    """The paths of two names and more that are in a longer one, the longest of each begin first."""
    names = [name for name in path.split("/") if name not in {"", "."}]
    for first in range(len(names)):
        yield from ("/".join(names[first:last]) for last in range(len(names), first + 1, -1))


def _is_ours(path: str) -> bool:
    return path.startswith(DOCKERFILE)


def _nearest_file(root: Path, service: Service) -> str:
    folder, name = split(service.dockerfile)
    near = get_close_matches(name, Tree(root, Ignore()).names(folder), n=1, cutoff=0.5)
    return f"did you mean {join(folder, near[0])}?" if near else "add it, or set dockerfile"


def _values_without_effect(service: Service, dockerfile: Dockerfile) -> Iterator[str]:
    for name in sorted(service.args.keys() - dockerfile.args):
        if name.startswith("NEXT_PUBLIC_"):  # baked in at build time, so a value without ARG is lost in silence
            yield f"{service.place}: {name} is set, but {dockerfile.path} has no ARG for it; add ARG {name}"


def _wanted_paths(service: Service, dockerfile: Dockerfile) -> Iterator[str]:
    for source in dockerfile.sources:
        base = plain(source.base) if source.verb.startswith("RUN") else source.base
        path = normpath(join(plain(service.context), base, source.include or ""))
        # a malformed glob matches nothing, but the filter would refuse it
        found = path if go_pattern(path) else fixed_part(path)
        yield "**" if found in {".", ""} else found


def _parents(path: str) -> Iterator[str]:
    while path:
        path = dirname(path)
        yield path


def _entry(folder: Path, node: Node) -> Entry:
    if node.is_link or node.is_folder:
        return Entry(node.path, executable=False, sha256=f"link:{node.target}" if node.is_link else "folder")
    status = (folder / node.path).stat()
    digest = _hash(folder / node.path, status.st_ino, status.st_ctime_ns)
    return Entry(node.path, executable=bool(node.mode & 0o100), sha256=digest)


@cache
def _hash(path: Path, _inode: int, _changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
