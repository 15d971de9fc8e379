"""A stage is made once for its inputs; what fails or is cut off leaves nothing that counts."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from bootstrap import stages
from bootstrap.errors import StageFailed
from bootstrap.stages import Stage, content_of, keys, make_all
from bootstrap.workshop import Tools, made_folder
from tests.support.little_stages import stage

DEADLINE = 20


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    (tmp_path / "cache" / "logs").mkdir(parents=True)
    return tmp_path / "cache"


def made(cache: Path, table: Sequence[Stage]) -> list[str]:
    """Make what is missing, and tell which stages that were."""
    said: list[str] = []
    make_all(table, Tools(cache), said.append)
    return [line.removeprefix("make ").partition(" ")[0] for line in said if line.endswith(" (no time)")]


def chain(cache: Path, first: str = ":") -> Sequence[Stage]:
    return (
        stage(cache, "a", first),
        stage(cache, "b", needs=("a",)),
        stage(cache, "c", needs=("b",)),
        stage(cache, "alone"),
    )


def test_what_was_made_is_not_made_again(cache: Path) -> None:
    assert sorted(made(cache, chain(cache))) == ["a", "alone", "b", "c"]
    assert made(cache, chain(cache)) == []


def test_another_input_makes_a_stage_and_its_dependants_again(cache: Path) -> None:
    made(cache, chain(cache))
    assert made(cache, chain(cache, "true")) == ["a", "b", "c"]
    assert made(cache, chain(cache)) == []  # what was made from the first input is still there


def test_what_is_missing_alone_is_made(cache: Path) -> None:
    made(cache, chain(cache))
    made_folder(cache, "b", keys(chain(cache))["b"]).rmdir()
    assert made(cache, chain(cache)) == ["b"]


def changed_content(folder: Path) -> None:
    (folder / "sub" / "file").write_text("other")


def changed_name(folder: Path) -> None:
    (folder / "sub" / "file").rename(folder / "sub" / "renamed")


def changed_mode(folder: Path) -> None:
    (folder / "sub" / "file").chmod(0o755)


def added(folder: Path) -> None:
    (folder / "new").touch()


@pytest.mark.parametrize("change", [changed_content, changed_name, changed_mode, added])
def test_each_change_of_a_folder_is_another_input(tmp_path: Path, change: object) -> None:
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "file").write_text("content")
    before = content_of(folder)
    assert content_of(folder) == before
    assert callable(change)
    change(folder)
    assert content_of(folder) != before


def test_where_a_folder_lies_and_what_python_caches_is_no_input(tmp_path: Path) -> None:
    for place in (tmp_path / "one" / "folder", tmp_path / "two" / "folder"):
        (place / "__pycache__").mkdir(parents=True)
        (place / "file").write_text("content")
        (place / "__pycache__" / "file.pyc").write_text(str(place))
    assert content_of(tmp_path / "one" / "folder") == content_of(tmp_path / "two" / "folder")


def test_stages_that_do_not_need_each_other_run_side_by_side(cache: Path) -> None:
    os.mkfifo(cache.parent / "fifo")
    table = (
        stage(cache, "writer", f"timeout {DEADLINE} sh -c 'echo met > \"$OUT/fifo\"'"),
        stage(cache, "reader", f'timeout {DEADLINE} cat "$OUT/fifo" > met'),
    )
    assert made(cache, table) == ["writer", "reader"]
    assert (made_folder(cache, "reader", keys(table)["reader"]) / "met").read_text() == "met\n"


def test_long_stages_are_told_from_time_to_time(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "HEARTBEAT_SECONDS", 0)
    said: list[str] = []
    table = (stage(cache, "long", f"timeout {DEADLINE} sh -c 'until test -e \"$OUT/told\"; do sleep 0.05; done'"),)

    def say(line: str) -> None:
        said.append(line)
        if line.startswith("still"):
            (cache.parent / "told").touch()

    make_all(table, Tools(cache), say)
    assert said[0] == "make long (no time)"
    assert re.fullmatch(r"still: make long, 0:\d\d of no time", said[1])


def test_a_failed_stage_tells_what_failed_and_the_end_of_its_log(cache: Path) -> None:
    table = (stage(cache, "bad", "seq 100; echo why >&2; exit 3"), stage(cache, "after", needs=("bad",)))
    with pytest.raises(StageFailed) as failed:
        made(cache, table)
    last = "\n".join(map(str, range(87, 101)))
    assert str(failed.value) == (
        f"make bad failed; the end of {cache}/logs/bad.log:\n{last}\nwhy\nmend it and run the same command again"
    )


def test_a_program_that_is_not_there_fails_its_stage(cache: Path) -> None:
    missing = stage(cache, "bad")
    table = (Stage(**{**vars(missing), "make": lambda shop: shop.run("no-such-program")}),)
    with pytest.raises(StageFailed, match="No such file or directory: 'no-such-program'"):
        made(cache, table)


def test_what_failed_half_way_does_not_count_and_is_begun_afresh(cache: Path) -> None:
    half = 'echo half > file; test -e "$OUT/go"; test ! -e ../left; touch ../left'
    table = (stage(cache, "good"), stage(cache, "half", half, needs=("good",)))
    with pytest.raises(StageFailed):
        made(cache, table)
    assert [folder.name.partition("-")[0] for folder in (cache / "made").iterdir()] == ["good"]
    (cache / "work" / "half").mkdir(parents=True)
    (cache / "work" / "half" / "left").touch()  # by a run that was killed
    (cache.parent / "go").touch()
    assert made(cache, table) == ["half"]
    assert list((cache / "work").iterdir()) == []
