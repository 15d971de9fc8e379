"""The runbook, in two languages: the same in both, a paragraph for each error, and no sentence that is never said."""

import json
import re
from pathlib import Path
from typing import Final

import pytest
import re2  # type: ignore[import-untyped]  # GitLab's dialect
import yaml

from ci import catalogue, errors
from ci.base_images import tag_of
from ci.errors import PipelineError
from ci.images import inputs_tag
from ci.promotion import MOVING
from tests.support.papers import Paper
from tests.support.papers.sentences import can_say

ROOT: Final = Path(__file__).parents[2]
RUSSIAN: Final = Paper(ROOT / "docs/deploy/cfa2.md")
ENGLISH: Final = Paper(ROOT / "docs/deploy/cfa2.en.md")
BOTH: Final = pytest.mark.parametrize("paper", [RUSSIAN, ENGLISH], ids=["ru", "en"])
# PipelineError is what all are; EngineError is whatever the engine itself says, InternalError a defect.
NAMES: Final = {name for name, kind in vars(errors).items() if isinstance(kind, type) and kind is not PipelineError}
PRINTED: Final = (NAMES - {"Iterable"}) | {"EngineError", "InternalError"}
TOLD: Final = catalogue.load((ROOT / "services.toml").read_text(encoding="utf-8"), name="services.toml")
KEEP: Final = r"(?m)^Keep tags matching: +(\S+)$"
REMOVE: Final = r"(?m)^Remove tags matching: +(\S+)$"
COUNTED: Final = {3: "(?:Three|Три)", 5: "(?:Five|Пять)"}
KEY: Final = "0123456789abcdef" * 4


def test_both_languages_have_the_same_headings() -> None:
    assert [heading.level for heading in RUSSIAN.headings] == [heading.level for heading in ENGLISH.headings]


def test_both_languages_show_the_same_commands_and_answers() -> None:
    def shown(paper: Paper) -> list[tuple[str, str]]:
        without_comments = ((one.language, re.sub(r"(?m)\s*#.*$", "", one.text)) for one in paper.fences)
        return [(language, "" if language == "mermaid" else text) for language, text in without_comments]

    assert shown(RUSSIAN) == shown(ENGLISH)


def test_both_languages_name_the_same_in_their_sentences() -> None:
    assert sorted(RUSSIAN.code) == sorted(ENGLISH.code)


def test_both_languages_draw_the_same() -> None:
    def drawn(paper: Paper) -> list[list[str]]:
        diagrams = [fence.text for fence in paper.fences if fence.language == "mermaid"]
        return [re.findall(r"(?m)^ *\w*", diagram) for diagram in diagrams]

    assert drawn(RUSSIAN) == drawn(ENGLISH)


def test_both_languages_have_the_same_tables_boxes_and_links() -> None:
    def shape(paper: Paper) -> tuple[list[list[int]], int, list[str]]:
        tables = [[len(row) for row in table] for table in paper.tables]
        boxes = len(re.findall(r"(?m)^- \[ \] ", paper.path.read_text(encoding="utf-8")))
        links = [re.sub(r"#.*|cfa2(?:\.en)?\.md", "", link) for link in paper.links]
        return tables, boxes, links

    assert shape(RUSSIAN) == shape(ENGLISH)


def test_each_language_is_its_own() -> None:
    def cyrillic(paper: Paper) -> float:
        letters = re.findall(r"[^\W\d_]", paper.prose)
        return len(re.findall(r"[а-яёА-ЯЁ]", paper.prose)) / len(letters)

    assert cyrillic(RUSSIAN) > 0.8
    assert cyrillic(ENGLISH) < 0.01


@BOTH
def test_every_error_has_its_paragraph(paper: Paper) -> None:
    assert {heading.text for heading in paper.headings if heading.text.endswith("Error") or heading.text in NAMES} == (
        PRINTED
    )


@BOTH
@pytest.mark.parametrize("name", sorted(PRINTED - {"EngineError"}))
def test_an_error_is_quoted_as_it_is_said(paper: Paper, name: str) -> None:
    said = [line for fence in paper.under(name) if fence.language == "text" for line in fence.text.splitlines()]
    assert said
    assert [line for line in said if not can_say(line.removeprefix(f"Error: {name}: "))] == []


@BOTH
def test_an_answer_is_quoted_as_it_was_given(paper: Paper) -> None:
    def lines(text: str) -> set[str]:
        return set(re.sub(r"\b[0-9a-f]{8}\b|\d+", "N", text).splitlines())

    given = lines((ROOT / "docs/demo.md").read_text(encoding="utf-8"))
    answers = [line for fence in paper.fences if fence.language == "text" for line in fence.text.splitlines()]
    shown = [line for line in answers if not can_say(re.sub(r"^Error: \w+: ", "", line))]
    assert lines("\n".join(shown)) <= given


def test_a_sentence_that_is_never_said_is_found() -> None:
    assert can_say("there is no host key of cfa2 in git. ask")
    assert can_say("cfa2: the host changed after the plan was made: call again")
    assert not can_say("there is no host key of cfa2 on the moon")
    assert not can_say("cfa2 is at lunch: call again")


@BOTH
def test_the_engine_is_the_pinned_one(paper: Paper) -> None:
    pinned = json.loads((ROOT / "dagger.json").read_text(encoding="utf-8"))["engineVersion"]
    assert set(re.findall(r"/engine:(\S+)", paper.path.read_text(encoding="utf-8"))) == {pinned}


@BOTH
def test_the_host_has_the_address_of_the_catalogue(paper: Paper) -> None:
    written = set(re.findall(r"http://([^:/`]+):5\d{4}", paper.path.read_text(encoding="utf-8")))
    assert written - {"127.0.0.1"} == {TOLD.host("cfa2").address}


@BOTH
def test_every_service_is_named_with_its_port(paper: Paper) -> None:
    rows = [row for table in paper.tables for row in table]
    assert [one.name for one in TOLD.services if not told_of(rows, one.name, str(one.published))] == []


@BOTH
def test_the_picture_counts_as_the_catalogue_does(paper: Paper) -> None:
    text = paper.path.read_text(encoding="utf-8")
    gateway, *backends = (one.published for one in TOLD.select(["backends"]))
    portals = [one.published for one in TOLD.select(["portals"])]
    for word, numbers in ((COUNTED[len(backends)], backends), (COUNTED[len(portals)], portals)):
        assert re.search(rf"{word}\b[^\]]*\[\S+ {min(numbers)}–{max(numbers)}\]", text)
    assert f"api-gateway<br/>[.NET, {gateway}]" in text


def told_of(rows: list[tuple[str, ...]], name: str, port: str) -> bool:
    return any(row[0] == name and any(port in cell for cell in row[1:]) for row in rows)


@BOTH
def test_every_job_is_named(paper: Paper) -> None:
    pipelines = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in ROOT.glob(".gitlab-ci.yml")]
    jobs = {name for pipeline in pipelines for name, job in pipeline.items() if "script" in job}
    cells = {cell for table in paper.tables for row in table for cell in row}
    assert jobs <= cells


@BOTH
@pytest.mark.parametrize(
    ("tag", "removed"),
    [
        *(pytest.param(tag, False, id=tag) for tag in sorted(MOVING - {"latest"})),  # GitLab itself keeps latest
        pytest.param("a02439e5", True, id="short SHA"),
        pytest.param("a02439e", True, id="shorter SHA, by hand"),
        pytest.param(inputs_tag(KEY), True, id="inputs"),
        pytest.param(f"portal-issuer-{KEY}", True, id="tests that passed"),
        pytest.param("e2e-a02439e5", True, id="what came of the whole"),
        pytest.param(tag_of(f"node:20-slim@sha256:{KEY}"), True, id="a base image"),
        pytest.param(tag_of("node:20-slim"), False, id="the newest of a base image"),
        pytest.param("devel", False, id="somebody's own"),
        pytest.param("v1.2.3", False, id="a version"),
    ],
)
def test_the_cleanup_policy_removes_only_what_ages(paper: Paper, tag: str, removed: bool) -> None:  # noqa: FBT001
    text = paper.path.read_text(encoding="utf-8")
    keep, remove = (one[1] for pattern in (KEEP, REMOVE) if (one := re.search(pattern, text)))
    aged = bool(in_gitlab(remove).match(tag)) and not in_gitlab(keep).match(tag)
    assert aged is removed


def in_gitlab(pattern: str) -> re.Pattern[str]:
    """As GitLab reads it: between anchors, without a group of its own."""
    return re2.compile(rf"\A{pattern}\z")  # type: ignore[no-any-return]
