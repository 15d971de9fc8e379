import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci.errors import Refused
from ci.size import format_size, parse_size


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("2GB", 2_000_000_000),
        ("2G", 2_000_000_000),
        ("2GiB", 2_147_483_648),
        ("2gib", 2_147_483_648),
        ("1.5 GB", 1_500_000_000),
        ("512m", 512_000_000),
        ("512MiB", 536_870_912),
        ("1kB", 1_000),
        ("1TB", 1_000_000_000_000),
        ("700", 700),
        ("700B", 700),
        ("0.0001KB", 1),
    ],
)
def test_sizes_are_read_as_people_write_them(text: str, count: int) -> None:
    assert parse_size(text) == count


@pytest.mark.parametrize("text", ["", "big", "0", "0GB", "-1GB", "1,5GB", "GB", "2  GB", "2XB", "2iB", "1e9", "٢GB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_size(text)
    assert refused.value.faults == (f'"{text}" is not a size; write it like 2GB, 512MiB or 1.5G',)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1 KB"),
        (412_345_678, "412 MB"),
        (999_600_000, "1 GB"),
        (1_520_000_000, "1.52 GB"),
    ],
)
def test_sizes_are_told_in_three_figures(count: int, text: str) -> None:
    assert format_size(count) == text


@given(st.integers(1, 10**14))
def test_a_size_survives_the_round_trip_to_three_figures(count: int) -> None:
    assert parse_size(format_size(count)) == pytest.approx(count, rel=0.005)


@given(st.integers(1, 10**14))
def test_what_was_told_is_told_the_same_again(count: int) -> None:
    assert format_size(parse_size(format_size(count))) == format_size(count)
