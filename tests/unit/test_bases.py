"""The text that is built names the digests of the run, at each place and nowhere else."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ci import bases
from ci.errors import InputsError, LockIncomplete
from ci.inputs.dockerfile import Dockerfile, parse
from ci.inputs.origin import Origin
from ci.lock import Image, Lock, Status

DIGEST = "sha256:" + "1" * 64
IMAGES = st.sampled_from(["a", "a:1", "reg.test:5000/g/a", "ab", f"c@{DIGEST}", "from"])
LINES = st.one_of(
    IMAGES.map("COPY --from={} /a:1 /a".format),
    IMAGES.map("COPY --link --from={} a ab /to/".format),
    IMAGES.map("RUN --mount=from={0},target=/m --mount=type=bind,source=a,from={0} echo from={0},x {0}".format),
    IMAGES.map('RUN --mount="type=cache,from={},target=/m" \\\n  # a:1 \n  true'.format),
    st.sampled_from(["COPY a:1 /", "RUN echo a ab a:1", "ENV a:1=a", "# FROM a:1", "COPY --from=s0 /a /"]),
)


def read(text: str, **args: str) -> Dockerfile:
    return parse("Dockerfile", text, args)


def pinned(text: str, **args: str) -> str:
    dockerfile = read(text, **args)
    return dockerfile.standing_on({image: bases.pinned(image, DIGEST) for image in dockerfile.bases})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("FROM a\n", f"FROM a@{DIGEST}\n"),
        ("FROM  --platform=linux/amd64  a:1  AS  a\n", f"FROM  --platform=linux/amd64  a:1@{DIGEST}  AS  a\n"),
        ('ARG V=2\nfrom "a:${V}" as x\n', f"ARG V=2\nfrom a:2@{DIGEST} as x\n"),
        ("FROM \\\n  a:1\r\nRUN a:1\r\n", f"FROM \\\n  a:1@{DIGEST}\r\nRUN a:1\r\n"),
        (f"FROM a@{DIGEST}\n", f"FROM a@{DIGEST}\n"),
        ("FROM scratch\nFROM 0\n", f"FROM scratch\nFROM 0@{DIGEST}\n"),
        ("FROM b AS a\nFROM a\nCOPY --from=a / /\n", f"FROM b@{DIGEST} AS a\nFROM a\nCOPY --from=a / /\n"),
        ("FROM scratch\nCOPY --from=a a /a\n", f"FROM scratch\nCOPY --from=a@{DIGEST} a /a\n"),
        ("FROM scratch\nRUN --mount=FROM=a:3,dst=/m from=a:3 a\n",
         f"FROM scratch\nRUN --mount=FROM=a:3@{DIGEST},dst=/m from=a:3 a\n"),
        ("FROM other AS unused\nFROM a\n", f"FROM other AS unused\nFROM a@{DIGEST}\n"),
    ],
)  # fmt: skip
def test_each_image_is_named_with_its_digest(text: str, told: str) -> None:
    assert pinned(text) == told


def test_a_build_argument_that_names_an_image_is_in_it() -> None:
    assert pinned("ARG BASE\nFROM ${BASE}\n", BASE="a:9") == f"ARG BASE\nFROM a:9@{DIGEST}\n"


def test_a_name_in_two_pieces_is_refused() -> None:
    with pytest.raises(InputsError, match=r"^Dockerfile:1: abc is not in one piece; write its name without a break$"):
        pinned("FROM a\\\nbc\n")


def test_a_lock_names_the_bases_to_keep_or_refuses() -> None:
    origin = Origin(paths={}, dockerfile="1", args={}, bases={"a:1": DIGEST}, platform="p", recipe="1")
    image = Image(service="x", status=Status.BUILT, cause="", inputs="k", seconds=0, origin=origin)
    lock = Lock(commit="c0ffee0", created="2026", requested=("x",), images=(image,))
    assert lock.bases == {"x": {"a:1": DIGEST}}
    sentence = "the lock of c0ffee0 does not say what x stands on: call once without --bases"
    with pytest.raises(LockIncomplete, match=sentence):
        evolve(lock, images=(evolve(image, origin=None),)).bases  # noqa: B018


@given(st.lists(st.tuples(IMAGES, st.lists(LINES)), min_size=1))
def test_what_is_pinned_is_the_same_dockerfile(stages: list[tuple[str, list[str]]]) -> None:
    lines = (f"FROM {image} AS s{number}\n" + "\n".join(told) for number, (image, told) in enumerate(stages))
    text = "\n".join(lines)
    before, after = read(text), read(pinned(text))
    assert after.bases == tuple(image if "@" in image else f"{image}@{DIGEST}" for image in before.bases)
    assert after.sources == before.sources
    assert after.standing_on({}) == after.text
    assert after.text.replace(f"@{DIGEST}", "") == text.replace(f"@{DIGEST}", "")
