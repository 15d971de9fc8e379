"""The page of a host's last release: from its records, its journal and what runs."""

import json
from typing import Any, Final

import pytest
from attrs import evolve

from ci.host.deploy import Status
from ci.host.journal import Journal
from ci.host.page import page_of
from ci.host.release import Release, State
from ci.page.page import Page, Row, Tone
from tests.support.pages import CHANGED, JOURNAL, NAMES, PAGES, TAKEN_BACK, digest, seen


def rows(page: Page) -> dict[str, Row]:
    return {row.name: row for row in page.rows}


def page(status: Status, journal: str = "") -> Page:
    return page_of(status, Journal.parse(journal))


GREEN: Final = rows(PAGES["release"])
BACK: Final = rows(PAGES["taken-back"])


def test_a_release_shows_what_changed_why_and_what_it_cost() -> None:
    assert PAGES["release"].tone is Tone.GOOD
    assert [name for name, row in GREEN.items() if row.status == "changed"] == list(CHANGED)
    identity = GREEN["identity"]
    assert (identity.old, identity.new) == (digest("identity", "old"), digest("identity", "new"))
    assert (identity.cause, identity.cells) == ("new image", ("3 s", "1.9 s", "healthy"))
    assert [bar.says for bar in identity.bars] == ["started from 0 s to 3 s", "watched from 10 s to 22 s"]
    kept = GREEN["backoffice"]
    assert (kept.status, kept.cells, kept.bars, kept.old) == ("kept", ("-", "-", "healthy"), (), kept.new)


def test_a_rollback_names_the_service_that_failed_and_why() -> None:
    taken_back = PAGES["taken-back"]
    reason = "issuance-service answers 503 at http://127.0.0.1:55005/health"
    assert taken_back.tone is Tone.BAD
    assert taken_back.faults == (f"release 4 (a02439e5) was rolled back: {reason}",)
    assert {name: row.tone for name, row in BACK.items() if row.tone is not Tone.CALM} == {
        "identity": Tone.WARN,
        "issuance": Tone.BAD,
    }
    assert BACK["issuance"].cause == reason
    assert [bar.says for bar in BACK["issuance"].bars] == ["failed from 0 s to 60 s", "put back from 60 s to 64 s"]
    assert [bar.says for bar in BACK["identity"].bars] == ["started from 0 s to 3 s", "put back from 60 s to 63 s"]
    assert dict(taken_back.facts)["without an answer"] == "62.8 s at most"


def test_what_fails_within_the_window_was_watched_until_then() -> None:
    journal = JOURNAL.partition("1795569240")[0] + "1795569230 failed portal-issuer ends again and again\n"
    bars = [bar.says for bar in Journal.parse(journal).bars("portal-issuer")]
    assert bars == ["started from 4 s to 8 s", "failed from 10 s to 12 s"]


@pytest.mark.parametrize(
    ("told", "status", "cause"),
    [
        ({"state": "exited"}, "unwell", "is exited"),
        ({"health": "unhealthy"}, "unwell", "is unhealthy"),
    ],
)
def test_a_service_that_is_not_well_is_red_whatever_was_released(told: dict[str, Any], status: str, cause: str) -> None:
    healthy = seen(State.HEALTHY, CHANGED)
    first, *others = healthy.facts.containers
    facts = evolve(healthy.facts, containers=(evolve(first, **told), *others))
    row = page(evolve(healthy, facts=facts), JOURNAL).rows[0]
    assert (row.name, row.status, row.tone, row.cause) == (NAMES[0], status, Tone.BAD, cause)


def test_a_service_without_a_container_is_red() -> None:
    healthy = seen(State.HEALTHY, CHANGED)
    facts = evolve(healthy.facts, containers=healthy.facts.containers[1:])
    row = page(evolve(healthy, facts=facts), JOURNAL).rows[0]
    assert (row.status, row.tone, row.cause, row.cells[2]) == ("missing", Tone.BAD, "has no container", "no container")


def test_services_of_which_docker_says_nothing_are_unknown_and_not_missing() -> None:
    healthy = seen(State.HEALTHY, CHANGED)
    row = page(evolve(healthy, facts=evolve(healthy.facts, listed=False, containers=())), JOURNAL).rows[0]
    cause = "Docker did not list the containers"
    assert (row.status, row.tone, row.cause, row.cells[2]) == ("unknown", Tone.BAD, cause, "unknown")


def test_what_status_finds_wrong_makes_the_page_red() -> None:
    drifted = page(evolve(seen(State.HEALTHY, CHANGED), faults=("docker-compose.yml on cfa2 differs",)), JOURNAL)
    assert drifted.tone is Tone.BAD
    assert drifted.faults == ("docker-compose.yml on cfa2 differs",)
    assert drifted.verdict == "What runs is not what was released, or not well."


def test_an_interrupted_switch_is_drawn_as_far_as_it_was_noted() -> None:
    half = TAKEN_BACK.partition("1795569278")[0] + "17955692"
    interrupted = page(seen(State.SWITCHING, ("identity", "issuance")), half)
    assert interrupted.tone is Tone.BAD
    assert [row.status for row in interrupted.rows[1:3]] == ["unfinished", "unfinished"]
    assert [bar.says for bar in interrupted.rows[1].bars] == ["started from 0 s to 3 s"]
    assert interrupted.log == ("   0 s  wave identity-service issuance-service", "   3 s  well identity-service")


def test_an_older_record_tells_the_old_digest_by_the_release_before() -> None:
    healthy = seen(State.HEALTHY, CHANGED)
    first, last = healthy.facts.releases
    data = json.loads(last.to_json())
    del data["before"], data["causes"]
    older = Release.from_json(json.dumps(data))
    row = page(evolve(healthy, facts=evolve(healthy.facts, releases=(first, older))), JOURNAL).rows[1]
    assert (row.old, row.new, row.cause) == (digest("identity", "old"), digest("identity", "new"), "")


def test_what_ran_there_by_hand_is_named_as_it_was() -> None:
    healthy = seen(State.HEALTHY, CHANGED)
    first, last = healthy.facts.releases
    by_hand = evolve(last, before={"identity": "registry.gitlab.com/ois/cfa/identity:dev"})
    row = page(evolve(healthy, facts=evolve(healthy.facts, releases=(first, by_hand))), JOURNAL).rows[1]
    assert row.old == "identity:dev"


def test_before_the_first_release_the_page_says_so() -> None:
    healthy = seen(State.HEALTHY, CHANGED)
    empty = page(evolve(healthy, facts=evolve(healthy.facts, releases=())))
    assert empty.title == "cfa2: nothing was released yet"
    assert {(row.status, row.new) for row in empty.rows} == {("unreleased", "")}


def test_a_journal_reads_in_seconds_after_its_first_line() -> None:
    journal = Journal.parse(TAKEN_BACK)
    assert journal.seconds == 64
    assert journal.silent == {"identity-service": 3.4, "issuance-service": 62.8}
    assert journal.ready("identity-service") == 3
    assert journal.ready("issuance-service") is None
    assert Journal.parse("").notes == ()
