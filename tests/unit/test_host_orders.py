"""A plan in the words of the host's script, and the records that the host keeps."""

import json

import pytest
from attrs import evolve

from ci.host.orders import record, stock
from ci.host.plan import plan
from ci.host.release import Release, State
from tests.support.host.cases import CATALOGUE, FACTS, GIT, NEW, OLD, WANTED, released


def test_five_healthy_releases_keep_their_images_and_older_ones_give_theirs_back() -> None:
    before = tuple(
        released(number, images={"gate": f"r/p/gate@sha256:{number}", "shop": OLD["shop"]}) for number in range(1, 7)
    )
    made = plan(WANTED, GIT, CATALOGUE, evolve(FACTS, releases=before))
    lines = stock(made, record(made, began="2026", by="me", run="r7")).splitlines()
    assert lines == [
        f"keep gate {NEW['gate']}",
        f"keep shop {NEW['shop']}",
        *("image ois-keep/gate:r000001", "image ois-keep/shop:r000001", "image r/p/gate@sha256:1"),
        *("file 000001", "file 000001.json", "file run-run1.log", "file run-run1.out"),
        *("image ois-keep/gate:r000002", "image ois-keep/shop:r000002", "image r/p/gate@sha256:2"),
        *("file 000002", "file 000002.json", "file run-run2.log", "file run-run2.out"),
    ]


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
