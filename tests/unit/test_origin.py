"""Why an image is not the one that was made before: the words, and that there are some for whatever moves the key."""

from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ci.inputs.inputs import collect, read
from ci.inputs.origin import Origin, origin
from tests.support.copies import CASES, Case
from tests.unit.test_inputs import FILES, lay, service

OLD = Origin(
    paths={"packages/domain": "1", "services/x": "1"},
    dockerfile="1",
    args={"MODE": "a"},
    bases={"sdk:9.0": "sha256:1"},
    platform="linux/amd64",
    recipe="1",
)
TEXT = st.sampled_from(["1", "2", "3"])
ORIGINS = st.builds(
    Origin,
    paths=st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), TEXT),
    dockerfile=TEXT,
    args=st.dictionaries(st.sampled_from(["A", "B"]), TEXT),
    bases=st.dictionaries(st.sampled_from(["one", "two"]), TEXT),
    platform=TEXT,
    recipe=TEXT,
)


@pytest.mark.parametrize(
    ("new", "cause"),
    [
        (evolve(OLD, paths={**OLD.paths, "services/x": "2"}), "services/x changed"),
        (evolve(OLD, paths={**OLD.paths, "NuGet.config": "1"}), "NuGet.config is new"),
        (evolve(OLD, paths={"services/x": "1"}), "packages/domain is gone"),
        (evolve(OLD, dockerfile="2"), "the Dockerfile changed"),
        (evolve(OLD, args={"MODE": "b"}), "build argument MODE changed"),
        (evolve(OLD, args={**OLD.args, "NET": "9"}), "build argument NET is new"),
        (evolve(OLD, bases={"sdk:9.0": "sha256:2"}), "base image sdk:9.0 moved"),
        (evolve(OLD, platform="linux/arm64"), "the platform changed"),
        (evolve(OLD, recipe="2"), "the recipe changed"),
        (evolve(OLD, dockerfile="2", args={}), "the Dockerfile changed, build argument MODE is gone"),
        (
            evolve(OLD, paths=dict.fromkeys("abcd", "1")),
            "a is new, b is new, c is new, and 3 more",
        ),
    ],
)
def test_a_cause_names_what_changed(new: Origin, cause: str) -> None:
    assert new.cause(OLD) == cause


@pytest.mark.parametrize(
    ("paths", "room", "cause"),
    [
        (("a/first", "b/second"), 40, "a/first changed, b/second changed"),
        (("a/first", "b/second", "c/third"), 45, "a/first changed, b/second changed, and 1 more"),
        (("a/first", "b/second", "c/third"), 30, "a/first changed, and 2 more"),
        (("apps/portal-issuer/pages/index.tsx",), 30, "…ssuer/pages/index.tsx changed"),
        (("apps/portal-issuer/pages/index.tsx", "b"), 40, "…uer/pages/index.tsx changed, and 1 more"),
    ],
)
def test_a_cause_fits_its_room(paths: tuple[str, ...], room: int, cause: str) -> None:
    older, newer = (evolve(OLD, paths=dict.fromkeys(paths, text)) for text in "12")
    assert newer.cause(older, room) == cause
    assert len(cause) <= room


@given(ORIGINS, ORIGINS)
def test_there_is_a_cause_for_whatever_moves_the_key_and_for_nothing_else(one: Origin, other: Origin) -> None:
    assert bool(one.cause(other)) is (one.key != other.key)


@pytest.mark.parametrize(
    ("copies", "expected"),
    [
        ("COPY apps/x /x", {"apps/x"}),
        ("COPY apps/x /x\nCOPY apps/x/src /y", {"apps/x", "apps/x/src"}),
        ("COPY lib/*.cs /lib/", {"lib/one.cs"}),
        ("COPY . /all", {"apps", "lib", "run.sh", "other"}),
        ("COPY lib/ ./run.sh /all/", {"lib", "run.sh"}),
    ],
)
def test_an_input_path_is_a_word_of_the_dockerfile(tmp_path: Path, copies: str, expected: set[str]) -> None:
    root = lay(tmp_path, {**FILES, "apps/x/Dockerfile": f"FROM base\n{copies}\n"})
    inputs = collect(root, service(), *read(root, service()))
    found = origin(inputs, service(), platform="p", bases={"base": "sha256:1"}, recipe="1")
    assert found.paths.keys() == expected


@settings(max_examples=30)
@given(st.sampled_from(sorted(FILES)), st.text(min_size=1, max_size=8))
def test_a_changed_file_is_named_by_its_input_path_or_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, name: str, text: str
) -> None:
    root = lay(tmp_path_factory.mktemp("origin"), FILES)

    def made() -> Origin:
        inputs = collect(root, service(), *read(root, service()))
        return origin(inputs, service(), platform="p", bases={"base": "sha256:1"}, recipe="1")

    before, was = made(), (root / name).read_bytes()
    (root / name).write_text(was.decode() + "#" + text.replace("\r", "").replace("\n", ""), encoding="utf-8")
    after = made()
    words = {
        "apps/x/Dockerfile": "the Dockerfile changed",
        "apps/x/src/main.cs": "apps/x/src changed",
        "apps/x/src/deep/more.cs": "apps/x/src changed",
        "lib/one.cs": "lib/one.cs changed",
        "run.sh": "run.sh changed",
    }
    assert after.cause(before) == words.get(name, "")
    assert (after.key == before.key) is (name not in words)


@settings(max_examples=60)
@given(st.sampled_from(CASES), st.data())
def test_a_random_file_moves_the_key_if_it_is_an_input_and_only_then(
    tmp_path_factory: pytest.TempPathFactory, case: Case, data: st.DataObject
) -> None:
    """What is an input of each case is held against the engine in tests/engine/test_inputs.py."""
    root = tmp_path_factory.mktemp("case")
    case.lay(root)
    context = root / case.context
    files = sorted(path for path in context.rglob("*") if path.is_file() and not path.is_symlink())
    changed = data.draw(st.sampled_from([path for path in files if "ocker" not in path.name]))

    def made() -> tuple[str, set[str]]:
        inputs = collect(root, case.service, *read(root, case.service))
        bases = dict.fromkeys(inputs.dockerfile.bases, "sha256:1")
        found = origin(inputs, case.service, platform="p", bases=bases, recipe="1")
        return found.key, {entry.path for entry in inputs.entries}

    before, paths = made()
    changed.write_text("changed", encoding="utf-8")
    assert (made()[0] != before) is (changed.relative_to(context).as_posix() in paths)
