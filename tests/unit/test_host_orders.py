"""A plan in the words of the host's script, and the records that the host keeps."""

import json

import pytest
from attrs import evolve

from ci.host.orders import learned, record, stock
from ci.host.plan import plan
from ci.host.release import Learned, Release, State
from tests.support.host.cases import CATALOGUE, FACTS, GIT, NEW, OLD, WANTED, released


def test_five_healthy_releases_keep_their_images_and_older_ones_give_theirs_back() -> None:
    before = tuple(
        released(number, images={"gate": f"r/p/gate@sha256:{number}", "shop": OLD["shop"]}) for number in range(1, 7)
    )
    made = plan(WANTED, GIT, CATALOGUE, evolve(FACTS, releases=before))
    lines = stock(made, record(made, began="2026", by="me", run="r7")).splitlines()
    kept = "ois-keep/gate:cfa", "ois-keep/shop:cfa"  # of this project: another on the same Docker has its own
    assert lines == [
        *(f"keep {name}.r000007 {NEW[name.partition('/')[2].partition(':')[0]]}" for name in kept),
        "keep ois-keep/gate:cfa.r000006 r/p/gate@sha256:6",
        f"keep ois-keep/shop:cfa.r000006 {OLD['shop']}",  # what a failure goes back to
        *(f"image {name}.r000001" for name in kept),
        "image r/p/gate@sha256:1",
        *("file 000001", "file 000001.json", "file run-run1.log", "file run-run1.out"),
        *(f"image {name}.r000002" for name in kept),
        "image r/p/gate@sha256:2",
        *("file 000002", "file 000002.json", "file run-run2.log", "file run-run2.out"),
    ]


def test_an_older_record_gives_back_the_tags_that_its_version_made() -> None:
    before = tuple(released(number, project="") for number in range(1, 7))
    made = plan(WANTED, GIT, CATALOGUE, evolve(FACTS, releases=before))
    lines = stock(made, record(made, began="2026", by="me", run="r7")).splitlines()
    assert [line for line in lines if line.startswith("image ois-keep")] == [
        f"image ois-keep/{service}:r00000{number}" for number in (1, 2) for service in ("gate", "shop")
    ]


def test_a_rollback_withdraws_what_it_leaves() -> None:
    facts = evolve(FACTS, releases=(released(1), released(2), released(3)), learned=Learned({"smoke": {"1": "green"}}))
    made = plan(evolve(WANTED, images=OLD, earlier=1), GIT, CATALOGUE, facts)
    assert json.loads(learned(made)) == {"smoke": {"1": "green"}, "withdrawn": [2, 3]}
    assert learned(plan(WANTED, GIT, CATALOGUE, facts)) == ""


def test_a_record_names_every_service_that_runs_after_it() -> None:
    made = plan(evolve(WANTED, images={"gate": NEW["gate"]}), GIT, CATALOGUE, FACTS)
    new = record(made, began="2026", by="me", run="r2")
    assert (new.number, new.state, new.changed) == (2, State.SWITCHING, ("gate",))
    assert (new.before, new.causes) == ({"gate": OLD["gate"]}, {"gate": "new image"})
    assert new.images == {"gate": NEW["gate"], "shop": OLD["shop"]}
    assert Release.from_json(new.to_json()) == new


@pytest.mark.parametrize("change", [{"before": None, "causes": None}, {"colour": "blue"}], ids=["older", "newer"])
def test_a_record_of_another_checkout_is_read(change: dict[str, str | None]) -> None:
    data = {**json.loads(released(1).to_json()), **change}
    known = {key: value for key, value in data.items() if value is not None or key == "order"}
    assert Release.from_json(json.dumps(known)) == released(1)


@pytest.mark.parametrize("text", ["", "{", '{"number": 1}', "[]"])
def test_half_a_record_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Release.from_json(text)
