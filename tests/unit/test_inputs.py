"""The inputs of an image: what moves its key, how they are laid out, and what is refused before a build."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci.catalogue import Service
from ci.errors import InputsError
from ci.inputs.ignore import Ignore
from ci.inputs.inputs import DOCKERFILE, Inputs, collect, lay_out, read, rules_of
from ci.inputs.origin import origin
from ci.inputs.patterns import of_option, plain
from ci.inputs.tree import go_pattern

FILES = {
    "apps/x/Dockerfile": "FROM base\nARG MODE\nCOPY apps/x/src /src\nCOPY lib/*.cs /lib/\nCOPY run.sh /\n",
    "apps/x/src/main.cs": "main",
    "apps/x/src/deep/more.cs": "more",
    "lib/one.cs": "one",
    "lib/two.md": "two",
    "run.sh": "run",
    "other/unrelated": "other",
}


def service(**args: str) -> Service:
    return Service(
        name="x",
        kind="dotnet",
        group="backends",
        dockerfile="apps/x/Dockerfile",
        port=1,
        published=1,
        memory=1,
        seconds=1,
        args=args,
        place="services.toml:12",
    )


BASES = {"base": "sha256:1"}


def lay(root: Path, files: Mapping[str, str], *, mode: int = 0o644) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode | (mode & 0o444) >> 2 if name.endswith(".sh") else mode)
    return root


def inputs_of(root: Path) -> Inputs:
    return collect(root, service(), *read(root, service()))


def key_of(root: Path, *, mode: str = "", base: str = "sha256:1", platform: str = "p", recipe: str = "1") -> str:
    told = service(MODE=mode, UNDECLARED=os.urandom(4).hex())
    return origin(inputs_of(root), told, platform=platform, bases={"base": base}, recipe=recipe).key


def paths(inputs: Inputs) -> list[str]:
    return [entry.path for entry in inputs.entries]


def test_only_what_the_dockerfile_takes_is_an_input(tmp_path: Path) -> None:
    found = paths(inputs_of(lay(tmp_path, FILES)))
    assert found == ["apps/x/src/deep/more.cs", "apps/x/src/main.cs", "lib/one.cs", "run.sh"]


@pytest.mark.parametrize("mode", [0o644, 0o664, 0o666, 0o600], ids=oct)
def test_modes_times_and_order_do_not_move_the_key(tmp_path: Path, mode: int) -> None:
    plain = lay(tmp_path / "plain", FILES)
    other = lay(tmp_path / "other", dict(reversed(FILES.items())), mode=mode)
    os.utime(other / "lib/one.cs", (1, 1))
    assert key_of(other) == key_of(plain)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda root: (root / "lib/one.cs").write_text("two"), id="content"),
        pytest.param(lambda root: (root / "lib/one.cs").chmod(0o755), id="executable"),
        pytest.param(lambda root: (root / "lib/one.cs").rename(root / "lib/won.cs"), id="name"),
        pytest.param(lambda root: (root / "lib/new.cs").touch(), id="new file"),
        pytest.param(lambda root: (root / "apps/x/src/new").mkdir(), id="new folder"),
        pytest.param(lambda root: (root / "apps/x/src/new").symlink_to("main.cs"), id="new link"),
        pytest.param(lambda root: (root / "apps/x/Dockerfile").open("a").write("#"), id="Dockerfile"),
    ],
)
def test_a_change_of_an_input_moves_the_key(tmp_path: Path, change: Callable[[Path], object]) -> None:
    before = key_of(lay(tmp_path, FILES))
    change(tmp_path)
    assert key_of(tmp_path) != before


def test_arguments_base_images_platform_and_recipe_move_the_key(tmp_path: Path) -> None:
    root = lay(tmp_path, FILES)
    keys = {key_of(root), key_of(root, mode="m"), key_of(root, base="sha256:2"), key_of(root, recipe="2")}
    assert len(keys | {key_of(root, platform="q")}) == 5


def test_what_is_no_input_leaves_the_key_alone(tmp_path: Path) -> None:
    before = key_of(lay(tmp_path, FILES))
    lay(tmp_path, {"other/unrelated": "changed", "lib/three.md": "new"})
    assert key_of(tmp_path) == before


@pytest.mark.parametrize("umask", [0o022, 0o002, 0o000, 0o077], ids=oct)
def test_inputs_are_laid_out_in_the_modes_of_git(tmp_path: Path, umask: int) -> None:
    inputs = inputs_of(lay(tmp_path / "root", FILES, mode=0o666))
    before = os.umask(umask)
    try:
        lay_out(inputs, tmp_path / "out", BASES)
    finally:
        os.umask(before)
    laid = {path.relative_to(tmp_path / "out").as_posix(): path for path in (tmp_path / "out").rglob("*")}
    assert {name for name, path in laid.items() if path.is_file()} == {
        *paths(inputs),
        DOCKERFILE,
        f"{DOCKERFILE}.dockerignore",
    }
    assert {oct(path.stat().st_mode & 0o777) for path in laid.values() if path.is_dir()} == {"0o755"}
    assert oct(laid["run.sh"].stat().st_mode & 0o777) == "0o755"
    assert oct(laid["lib/one.cs"].stat().st_mode & 0o777) == "0o644"


def test_the_original_is_not_touched(tmp_path: Path) -> None:
    root = lay(tmp_path / "root", FILES, mode=0o600)
    lay_out(inputs_of(root), tmp_path / "out", BASES)
    assert (root / "lib/one.cs").stat().st_mode & 0o777 == 0o600


DROPPED = 'COPY of lib/{0} is dropped by .dockerignore:{1}; add "!lib/{0}" below that line'
TAKE = "or take what the context holds"


@pytest.mark.parametrize(
    ("line", "ignore", "fault"),
    [
        ("COPY apps/x/scr /", "", "COPY of apps/x/scr finds nothing; did you mean apps/x/src?"),
        ("COPY apps/x/src/dep/f /", "", "COPY of apps/x/src/dep/f finds nothing; did you mean apps/x/src/deep?"),
        ("COPY unlike /", "", f"COPY of unlike finds nothing; add unlike, {TAKE}"),
        ("COPY nope/*.cs /", "", f"COPY of nope/*.cs finds nothing; add nope, {TAKE}"),
        ("RUN --mount=source=libs,target=/m true", "", "RUN --mount of libs finds nothing; did you mean lib?"),
        ("COPY lib/two.md /", "# docs\n*.md\n**/*.md\n", DROPPED.format("two.md", 3)),
        ("COPY lib/one.cs /", "lib\n!lib/two.md\n", DROPPED.format("one.cs", 1)),
        ("COPY dangling /", "", f"COPY of dangling, a link to gone, finds nothing; add gone, {TAKE}"),
        ("COPY round /", "", "COPY of round goes round through its link round; let it end in a file or folder"),
        ("COPY round/x /", "", "COPY of round/x goes round through its link round; let it end in a file or folder"),
        ("COPY --parents . /", "", "COPY --parents of . takes nothing; leave --parents out"),
    ],
)
def test_a_source_that_is_not_there_is_refused(tmp_path: Path, line: str, ignore: str, fault: str) -> None:
    root = lay(tmp_path, {**FILES, "apps/x/Dockerfile": f"FROM base\n{line}\n", ".dockerignore": ignore})
    (root / "dangling").symlink_to("gone")
    (root / "round").symlink_to("round")
    with pytest.raises(InputsError) as refused:
        inputs_of(root)
    assert refused.value.faults == (f"apps/x/Dockerfile:2: {fault}",)


def test_a_missing_dockerfile_is_refused(tmp_path: Path) -> None:
    lay(tmp_path, {"apps/x/Dockerfil": "FROM base"})
    with pytest.raises(InputsError) as refused:
        read(tmp_path, service())
    assert refused.value.faults == ("services.toml:12: there is no apps/x/Dockerfile; did you mean apps/x/Dockerfil?",)


def test_a_public_value_without_argument_is_refused(tmp_path: Path) -> None:
    lay(tmp_path, FILES)
    with pytest.raises(InputsError) as refused:
        read(tmp_path, service(NEXT_PUBLIC_API="x", MODE="y"))
    assert refused.value.faults == (
        "services.toml:12: NEXT_PUBLIC_API is set, but apps/x/Dockerfile has no ARG for it; add ARG NEXT_PUBLIC_API",
    )


def test_a_malformed_ignore_file_is_refused() -> None:
    with pytest.raises(InputsError) as refused:
        Ignore(".dockerignore", "a\n[b\n").drops("a")
    assert refused.value.faults == (
        '.dockerignore:2: "[b" is no pattern; close its bracket or name what it should match',
    )


@pytest.mark.parametrize("pattern", ["a\\d", "[a*]", "[\\]]", "[[:alpha:]]"])
def test_an_ignore_file_with_what_the_engine_reads_otherwise_is_refused(pattern: str) -> None:
    with pytest.raises(InputsError, match=re.escape(f'.dockerignore:1: in "{pattern}" the engine reads ')):
        Ignore(".dockerignore", pattern).drops("a")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("# \u0447\nFROM base\n".encode("cp1251"), "1: the file is no UTF-8: there is a byte 0xf7; save it as UTF-8"),
        ("FROM base\n".encode("utf-16"), "1: the file is UTF-16; save it as UTF-8"),
    ],
)
@pytest.mark.parametrize("path", ["apps/x/Dockerfile", ".dockerignore"])
def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path, path: str, content: bytes, fault: str) -> None:
    (lay(tmp_path, FILES) / path).write_bytes(content)
    with pytest.raises(InputsError) as refused:
        inputs_of(tmp_path)
    assert refused.value.faults == (f"{path}:{fault}",)


def test_rules_are_read_through_links_that_stay_in_the_repository(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {**FILES, ".dockerignore": "", "build/x/Dockerfile": "FROM base\nCOPY . /\n", "build/ignore": "*\n!lib\n"},
    )
    for path, target in {"apps/x/Dockerfile": "/build/x/Dockerfile", ".dockerignore": "build/ignore"}.items():
        (tmp_path / path).unlink()
        (tmp_path / path).symlink_to(target)
    assert rules_of(tmp_path, service()) >= {"build/x/Dockerfile", "build/ignore"}
    assert paths(inputs_of(tmp_path)) == ["lib/one.cs", "lib/two.md"]


def test_a_dockerfile_that_is_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    lay(tmp_path, FILES)
    (tmp_path / "apps/x/Dockerfile").unlink()
    (tmp_path / "apps/x/Dockerfile").symlink_to("Dockerfile")
    with pytest.raises(InputsError, match=r"^apps/x/Dockerfile:1: it cannot be read \(Too many levels"):
        inputs_of(tmp_path)


def test_a_file_with_the_name_of_ours_is_refused(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {**FILES, f"apps/x/src/{DOCKERFILE}": "", DOCKERFILE: "", "apps/x/Dockerfile": "FROM base\nCOPY . /\n"},
    )
    with pytest.raises(InputsError) as refused:
        inputs_of(tmp_path)
    named = f"{DOCKERFILE} has a name of the pipeline's own; give it another name"
    assert refused.value.faults == (f"apps/x/Dockerfile:1: {named}",)


@pytest.mark.parametrize("path", ["app/[slug]", "a*", "a?", "a\\", "!a", "#a", " a "])
def test_a_plain_path_is_a_pattern_that_matches_it(path: str) -> None:
    assert of_option([plain(path)]).matches(path)


PATTERNS = st.sampled_from(["a", "*", "**/b", "!a/b", "a/*", "!**", "c?", "# x"])


@given(st.lists(PATTERNS), st.sampled_from(["a/b", "b", "a/c/b", "cc"]))
def test_the_culprit_is_the_last_line_that_drops(lines: list[str], path: str) -> None:
    ignore = Ignore(".dockerignore", "\n".join(lines))
    if ignore.drops(path):
        number = int(ignore.culprit(path).rpartition(":")[2])
        assert not lines[number - 1].startswith("!")
        assert Ignore(".dockerignore", "\n".join(lines[:number])).drops(path)


@pytest.mark.parametrize(
    ("pattern", "matched", "not_matched"),
    [
        ("*", "a", "a/b"),
        ("a?c", "abc", "a/c"),
        ("**", "ab", "a/b"),
        ("[a-c]", "b", "d"),
        ("[^a]", "b", "a"),
        ("[[]x", "[x", "x"),
        ("a\\*b", "a*b", "axb"),
        ("a.b", "a.b", "axb"),
        ("[&&~|]", "|", "a"),
    ],
)
def test_a_glob_is_that_of_go(pattern: str, matched: str, not_matched: str) -> None:
    compiled = go_pattern(pattern)
    assert compiled
    assert compiled.fullmatch(matched)
    assert not compiled.fullmatch(not_matched)


@pytest.mark.parametrize("pattern", ["[", "[a", "a\\", "[]", "[a-]", "[-a]"])
def test_a_malformed_glob_matches_nothing(pattern: str) -> None:
    assert go_pattern(pattern) is None
