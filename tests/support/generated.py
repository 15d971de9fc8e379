"""Repositories of a random seed whose Dockerfiles copy in all ways: small ones, so that a difference is easy to see."""

from collections.abc import Iterator, Sequence
from posixpath import basename, dirname, join
from random import Random
from typing import Final

from tests.support.copies import BASE, Case

NAMES: Final = ("a", "b.txt", "c.md", "d", "é", "[x]", "#h", "e f", ".g", "aa", "B.TXT", "ж.md", "x-1")
LINES: Final = 3  # at most, of a kind
STAGED: Final = "FROM scratch AS staged\n"


def generated(seed: str, number: int) -> Case:
    """The same repository for the same seed and number."""
    random = Random(f"{seed} {number}")  # noqa: S311  # nothing here is secret
    paths = list(dict.fromkeys(_paths(random)))
    files = [path for path in paths if not path.endswith("/")]
    folders = dict.fromkeys(dirname(path) for path in random.sample(files, 2))
    links = [f"{join(folder, 'link')} -> {_target(random, files)}" for folder in folders]
    return Case(
        id=f"{seed} {number}",
        dockerfile=_dockerfile(
            random, [*(path.rstrip("/*") for path in paths), random.choice(("link", "link", "gone"))]
        ),
        files="\n".join([*paths, *links]),
        ignore="\n".join(_ignores(random, files)),
        linked=random.random() < 0.1,
    )


def _paths(random: Random) -> Iterator[str]:
    folders = ["", *(random.choice(NAMES) + "_" for _ in range(2))]
    folders += [join(random.choice(folders), random.choice(NAMES) + "_") for _ in range(2)]
    for _ in range(random.randint(6, 12)):
        yield join(random.choice(folders), random.choice(NAMES)) + random.choice(("", "", "*"))
    yield join(random.choice(folders), "empty") + "/"


def _target(random: Random, files: Sequence[str]) -> str:
    path = random.choice(files).rstrip("*")
    return random.choice((path, f"/{path}", dirname(path) or ".", f"../{path}", "nowhere", "link"))


def _ignores(random: Random, files: Sequence[str]) -> Iterator[str]:
    for _ in range(random.randint(0, LINES)):
        pattern = _pattern(random, random.choice(files).rstrip("*"))
        yield random.choice(("", "", "!", "/", "**/")) + pattern + random.choice(("", "", "/"))


def _pattern(random: Random, path: str) -> str:
    """A pattern that has to do with a path."""
    name = basename(path)
    return random.choice(
        (
            _escaped(path),
            _escaped(dirname(path)) or "*",
            f"*{_escaped(name[1:])}",
            f"{_escaped(name[:1])}*",
            "*.md",
            "**/*.txt",
            f"[a-e]{_escaped(name[1:])}",
            f"[^a]{_escaped(name[1:])}",
            f"?{_escaped(name[1:])}",
            "\\" + name if not name[0].isalnum() else name,
        )
    )


def _escaped(path: str) -> str:
    return "".join(f"\\{letter}" if letter in "[*?" else letter for letter in path)


def _dockerfile(random: Random, paths: Sequence[str]) -> str:
    steps = [_step(random, paths, f"/out/{number}/") for number in range(random.randint(1, LINES))]
    base = BASE if any("RUN" in step for step in steps) else "scratch"
    if random.random() < 0.3:
        onbuild = random.choice(("", "ONBUILD "))
        first = onbuild + _step(random, paths, "/out/staged/").replace("RUN ", "COPY --from=staged --chown=1 ")
        return "\n".join(
            (
                f"FROM {base} AS staged",
                first.replace("--from=staged --chown=1 --mount", "--link --chown"),
                "FROM staged",
                *steps,
            )
        )
    return "\n".join((f"FROM {base}", *steps))


def _step(random: Random, paths: Sequence[str], target: str) -> str:
    path = random.choice(paths)
    kind = random.randrange(8)
    if kind == 0 and path != "gone" and " " not in path and path.isascii():
        option = random.choice(("source", "src", "type=bind,source"))
        return f"RUN --mount={option}={path},target=/m mkdir -p {target} && cp -a /m {target}"
    if kind == 1:
        return f"ARG W={_word(random, path, glob=False)}\nCOPY $W {target}" if " " not in path else f"COPY . {target}"
    options = ""
    if kind in {2, 3}:
        excluded = _pattern(random, random.choice(paths))
        options = f"--exclude={random.choice(('', '/', '!', '**/'))}{excluded} " if " " not in excluded else ""
    if kind in {3, 4}:
        options += "--parents "
    verb = "ADD" if kind == 5 else "COPY"
    words = [_word(random, each) for each in random.sample(paths, random.randint(1, 2))]
    if any(" " in word for word in words):
        listed = ", ".join('"' + word.replace("\\", "\\\\") + '"' for word in (*words, target))
        return f"{verb} {options}[{listed}]"
    return f"{verb} {options}{' '.join(words)} {target}"


def _word(random: Random, path: str, *, glob: bool = True) -> str:
    """A source that finds a path, as people write it."""
    folder, name = dirname(path), basename(path)
    plain = [path, f"./{path}", f"/{path}", f"../{path}", f"{path}/", f"{folder or '.'}/./{name}", folder or "."]
    globs = [
        f"{_escaped(folder)}/*".lstrip("/"),
        f"*{name[1:]}",
        join(_escaped(folder), f"{name[:1]}*"),
        "**/*.md",
        "*",
    ]
    return random.choice(plain + globs if glob else plain)
