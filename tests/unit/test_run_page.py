"""The page of a run: against what it compares, and what it says of time and memory."""

import json

from attrs import evolve

from ci.lock import Lock
from ci.page.page import Page, Tone
from ci.run import page_of
from tests.support.pages import NAMES, PAGES, RED, RUN, digest

DEV = evolve(
    RUN,
    commit="0dev000",
    images=tuple(evolve(one, digest=digest(one.service, "dev")) for one in RUN.images if one.service != "backoffice"),
)


def changes(page: Page) -> dict[str, str]:
    return {row.name: row.cells[2] for row in page.rows}


def test_a_deploy_changes_what_differs_from_dev() -> None:
    same = evolve(DEV, images=(*RUN.images[:2], *DEV.images[2:]))
    page = page_of(RUN, same)
    assert changes(page) == {
        **dict.fromkeys(NAMES, "replaces it"),
        "api-gateway": "keeps it",
        "identity": "keeps it",
        "backoffice": "starts it",
    }
    assert page.notes == (
        f"A deploy would change {len(NAMES) - 2} of {len(NAMES)} against dev (0dev000): {', '.join(NAMES[2:])}.",
    )
    assert (page.rows[2].old, page.rows[2].new) == (digest("issuance", "dev"), digest("issuance", "new"))


def test_once_dev_is_this_run_it_is_compared_with_what_dev_was_before() -> None:
    page = page_of(RUN, Lock.from_json(RUN.to_json()))
    assert page.notes[0].startswith(
        f"A deploy would change 4 of {len(NAMES)} against what dev was before this run (5c1b7f30): "
    )
    assert page.rows[1].old == digest("identity", "old")


def test_nothing_changes_when_dev_has_the_same_images() -> None:
    page = page_of(RUN, evolve(RUN, commit="other"))
    assert page.notes == ("A deploy would change nothing against dev (other).",)


def test_without_a_dev_nothing_is_said_to_change() -> None:
    page = page_of(evolve(RUN, before=""), None)
    assert page.notes[0].startswith("No earlier dev is known to compare with: ")
    assert set(changes(page).values()) == {"-"}


def test_a_red_run_says_what_failed_and_that_no_deploy_takes_it() -> None:
    page = page_of(RED, DEV)
    assert page.tone is Tone.BAD
    assert page.verdict == f"2 of {len(NAMES)} failed: issuance, portal-investor"
    assert page.notes == ("A deploy is refused: there is no image of issuance, portal-investor.",)
    assert [row.name for row in page.rows if row.tone is Tone.BAD] == ["issuance", "portal-investor"]


def test_the_curve_is_what_ran_side_by_side_and_stays_within_the_budget() -> None:
    page = PAGES["run"]
    assert page.curve
    assert page.curve.points[:2] == ((0.0, 750_000_000), (0.0, 1_500_000_000))
    assert max(amount for _, amount in page.curve.points) <= page.curve.limit == RUN.budget
    assert page.curve.points[-1][1] == 0
    assert dict(page.facts)["side by side"] == "7 at most"
    assert (page.curve.peak_says, page.curve.limit_says) == ("reserved at most 1.95 GB", "budget 2 GB")


def test_rounded_times_do_not_put_neighbours_side_by_side() -> None:
    first, second = (evolve(one, memory=2_000_000_000) for one in RUN.images[:2])
    lock = evolve(RUN, images=(evolve(first, began=0.0, seconds=10.1), evolve(second, began=10.0, seconds=5.0)))
    page = page_of(lock, None)
    assert page.curve
    assert max(amount for _, amount in page.curve.points) == RUN.budget
    assert dict(page.facts)["side by side"] == "1 at most"


def test_a_lock_from_before_the_times_has_a_page_without_them() -> None:
    data = json.loads(RUN.to_json())
    for record, keys in (
        (data, ("budget", "before")),
        *((one, ("began", "memory", "before")) for one in data["images"]),
    ):
        for key in keys:
            del record[key]
    page = page_of(Lock.from_json(json.dumps(data)), None)
    assert page.seconds == 0
    assert page.curve is None
    assert [row.name for row in page.rows] == list(NAMES)
