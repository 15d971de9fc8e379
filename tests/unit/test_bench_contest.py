"""A row of the rivals' table says what is ours beside theirs, and whether that was to reach."""

from tests.bench.contest import EMPTY, HEAD, US, Ran, Target, cells
from tests.bench.traffic import Traffic

NOTHING = Traffic(pushed=0, again=0, pulled=0, bases=0)


def ran(work: str, engine: str, by: str, *seconds: float) -> Ran:
    return Ran(work=work, engine=engine, by=by, seconds=seconds, traffic=NOTHING)


def test_a_rival_s_row_says_what_the_call_and_its_own_part_are_to_it() -> None:
    targets = [
        Target(work="one", engine="warm", by="bake", most=1),
        Target(work="one", engine="warm", by="bake", most=0.5, own=True),
        Target(work="one", engine="warm", by=US, most=1.5, own=True),
        Target(work="two", engine="warm", by="bake", most=9),
    ]
    contenders = (ran("one", "warm", EMPTY, 4), ran("one", "warm", US, 5, 6, 7), ran("one", "warm", "bake", 4))
    rows = cells(contenders, targets)
    ours, rival = (dict(zip(HEAD, row, strict=True)) for row in rows[1:])
    assert [ours[of] for of in ("seconds", "spread", "own part", "publish-all to it")] == ["6.0", "5.0-7.0", "2.0", ""]
    assert [rival[of] for of in ("own part", "publish-all to it", "own part to it")] == ["", "1.50", "0.50"]
    assert (ours["to reach"], rival["to reach"]) == (
        "own part 1.50 s: missed",
        "call 1.00: missed, own part 0.50: reached",
    )


def test_the_empty_function_of_a_cold_engine_is_not_taken_from_a_warm_one() -> None:
    rows = cells(
        (ran("a", "cold", EMPTY, 30), ran("b", "warm", EMPTY, 4), ran("b", "cold", US, 40), ran("b", "warm", US, 6)), ()
    )
    own = HEAD.index("own part")
    assert [row[own] for row in rows] == ["", "", "10.0", "2.0"]
