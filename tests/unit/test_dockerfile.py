"""A Dockerfile is read as the engine reads it, and refused with its line."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci.errors import InputsError
from ci.inputs.dockerfile import Dockerfile, parse

UNCLOSED = "unexpected end of statement while looking for matching double-quote"


def read(text: str, **args: str) -> Dockerfile:
    return parse("x/Dockerfile", text, args)


def bases_of(dockerfile: Dockerfile) -> list[str]:
    return [source.base for source in dockerfile.sources]


@pytest.mark.parametrize(
    ("text", "bases"),
    [
        pytest.param("COPY a ./b/ /c /to/", ["a", "b", "c"], id="several"),
        pytest.param("COPY . /to", ["."], id="all"),
        pytest.param('COPY ["a b", "/to"]', ["a b"], id="JSON"),
        pytest.param("COPY --from=alpine /x /to", [], id="from an image"),
        pytest.param("ADD https://x.test/a git@x.test:a/b.git b /to/", ["b"], id="remote"),
        pytest.param("COPY <<EOF a /to/\nCOPY b /\nEOF", ["a"], id="heredoc"),
        pytest.param("ONBUILD COPY a /to", [], id="ONBUILD"),
        pytest.param(
            "ONBUILD COPY a /to\nFROM s\nONBUILD COPY b /to\nFROM s\nCOPY c /to", ["a", "c"], id="ONBUILD behind"
        ),
        pytest.param("FROM 0\nCOPY a /to", ["a"], id="no stage, an image"),
        pytest.param("COPY --from=0 a /to", [], id="a number of none"),
        pytest.param("COPY ../a b/../../c /to", ["a", "c"], id="above the context"),
        pytest.param("RUN --mount=source=a/../..,target=/m true", ["."], id="a mount above the context"),
        pytest.param("RUN --mount=source=a,src=b,target=/m true", ["b"], id="the last of two names"),
        pytest.param("RUN --mount=source=[a],target=/m true", ["[a]"], id="brackets of a mount"),
        pytest.param("COPY a\u00a0b /to", ["a\u00a0b"], id="no-break space"),
        pytest.param("RUN echo $(( 1 << 3 ))\nCOPY a /to", ["a"], id="a shift, no heredoc"),
        pytest.param('COPY --from="alpine:3" a /to', [], id="quoted image"),
        pytest.param("RUN --mount=type=cache,source=a,target=/c true", [], id="cache"),
        pytest.param("RUN --mount=type=secret,id=a --mount=src=b,dst=/m true", ["b"], id="bind beside a secret"),
        pytest.param("RUN --mount=target=/m true", ["."], id="bind of all"),
        pytest.param("COPY --parents a/./b/* /to", ["a"], id="parents with a pivot"),
        pytest.param("COPY --parents=false a/b /to", ["a/b"], id="parents switched off"),
    ],
)
def test_a_line_takes_its_sources(text: str, bases: list[str]) -> None:
    assert bases_of(read(f"FROM scratch AS s\n{text}\n")) == bases


def test_variables_are_replaced_as_they_stand_at_the_line() -> None:
    text = "ARG A=1\nFROM b:$A AS s\nARG A\nENV B=x$A\nCOPY $B /\nENV B=y\nFROM s\nARG C=\nCOPY $B-${C:-z} /\n"
    assert bases_of(read(text)) == ["x1", "y-z"]
    assert bases_of(read(text, A="2")) == ["x2", "y-z"]
    assert read(text, A="2").bases == ("b:2",)


def test_stages_that_do_not_lead_to_the_last_take_nothing() -> None:
    dockerfile = read("FROM one AS a\nCOPY a /\nFROM two AS b\nCOPY b /\nFROM three\nCOPY --from=a / /\n")
    assert bases_of(dockerfile) == ["a"]
    assert dockerfile.bases == ("one", "three")


def test_a_target_takes_what_leads_to_it_and_nothing_of_the_last() -> None:
    text = "FROM one AS a\nCOPY a /\nFROM a AS Test\nCOPY tests /\nFROM two\nCOPY b /\n"
    dockerfile = parse("Dockerfile", text, {}, target="test")
    assert (dockerfile.target, [source.base for source in dockerfile.sources]) == ("test", ["a", "tests"])
    assert dockerfile.bases == ("one",)


def test_a_target_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputsError, match=r"^Dockerfile: there is no stage test; add FROM STAGE AS test, or name "):
        parse("Dockerfile", "FROM one AS tests\n", {}, target="test")


def test_images_of_copies_and_mounts_are_bases() -> None:
    text = "FROM scratch AS s\nFROM a\nCOPY --from=b / /\nRUN --mount=from=c,target=/m true\nCOPY --from=s / /\n"
    assert read(text).bases == ("a", "b", "c")


def test_every_declared_argument_counts() -> None:
    assert read("ARG A=1\nFROM scratch\nARG B C=2\n").args == {"A", "B", "C"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("FROM a\nCOPPY a b\n", "2: unknown instruction: COPPY; did you mean COPY?"),
        ("FROM a\nRUN <<EOF\n", "2: unterminated heredoc; write it as the Dockerfile reference has it"),
        ("# nothing\n", "1: there is no stage; begin it with FROM IMAGE"),
        ("COPY a b\nFROM a\n", "1: COPY stands before the first FROM; move it below"),
        ("FROM $A\n", "1: FROM names no image; write FROM IMAGE, or give its variable a value"),
        ("FROM a\nCOPY a\n", "2: COPY needs a source and a destination; write COPY SOURCE DESTINATION"),
        (
            "FROM a\nRUN --mount=from=$A,target=/m true\n",
            "2: RUN --mount=from takes no variable, as in $A; name a stage that is FROM it",
        ),
        (
            "FROM a\nCOPY conf/${STAGE:-2}.json /\n",
            (
                "2: conf/${STAGE:-2}.json takes STAGE, which nothing here sets and the base image may; "
                "write ARG STAGE=VALUE above it"
            ),
        ),
        (
            "FROM a AS b\nENV X=$STAGE\nFROM b\nRUN --mount=source=$X,target=/m true\n",
            "4: $X takes X, which nothing here sets and the base image may; write ARG X=VALUE above it",
        ),
        (
            "FROM a\nCOPY --exclude=é b /\n",
            (
                "2: COPY --exclude=é has a letter outside ASCII, which the engine garbles; "
                "rename what it names, or do without the option"
            ),
        ),
        (
            "FROM a\nRUN cat << EOF\nb\nEOF\n",
            "2: the engine takes << with a blank behind it for no here-document; write it without, as in <<EOF",
        ),
        (
            "FROM a\nCOPY $TARGETARCH /\n",
            (
                "2: $TARGETARCH takes TARGETARCH, which nothing here sets and the base image may; "
                "write ARG TARGETARCH above it"
            ),
        ),
        (
            "FROM a AS b\nONBUILD FROM c\nFROM b\n",
            "2: ONBUILD FROM c is no trigger; write an instruction such as RUN behind it",
        ),
        (
            "FROM a AS b\nONBUILD COPY c\nFROM b\n",
            "2: COPY needs a source and a destination; write COPY SOURCE DESTINATION",
        ),
        ("FROM a\nCOPY https://x.test/a /\n", "2: COPY cannot fetch https://x.test/a; write ADD"),
        (
            'FROM a\nCOPY "a b" /\n',
            f'2: "a is not a word: {UNCLOSED}; write a name with spaces in JSON, ["a b", "/to/"]',
        ),
        ("FROM scratch\nCOPY ${A:?no} /\n", "2: ${A:?no} is not a word: A: no; mend the substitution"),
        ("FROM a\nCOPY --from=$A a /\n", "2: COPY --from takes no variable, as in $A; name a stage that is FROM it"),
        (
            "FROM a\nCOPY --exclude=[a a /\n",
            '2: --exclude: "[a" is no pattern; close its bracket or name what it should match',
        ),
        (
            "FROM a\nCOPY --exclude=[*] a /\n",
            '2: --exclude: in "[*]" the engine reads [*] as another one than it looks; write the names out',
        ),
    ],
)
def test_a_dockerfile_is_refused(text: str, fault: str) -> None:
    with pytest.raises(InputsError) as refused:
        read(text)
    assert refused.value.faults == (f"x/Dockerfile:{fault}",)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InputsError) as refused:
        read("FROM a\nCOPY https://x.test/a /\nCOPY b\n")
    assert len(refused.value.faults) == 2


def test_only_the_faults_of_what_is_built_count() -> None:
    assert bases_of(read('FROM a\nCOPY "b c" $X /\nFROM b\nCOPY d /\n')) == ["d"]


def test_an_image_is_pinned_in_the_instruction_and_not_in_a_comment() -> None:
    text = "FROM a:1 AS a\nRUN \\\n    # as b:1 has it\n    --mount=from=b:1,target=/m \\\n  # b:1\n    true # b:1\n"
    pinned = read(text).standing_on({"a:1": "a:1@x", "b:1": "b:1@y"})
    assert pinned == text.replace("FROM a:1", "FROM a:1@x").replace("from=b:1", "from=b:1@y")


IMAGE = st.sampled_from(["a:1", "b", "x.test:5000/c/d:2"])
STEP = st.one_of(
    st.builds("FROM {}".format, IMAGE),
    st.builds("FROM {} AS {}".format, IMAGE, st.sampled_from(["a", "b", "s"])),
    st.builds("FROM --platform=linux/amd64 \\\n  # {}\n  {}".format, IMAGE, IMAGE),
    st.builds("COPY --from={} {} /".format, IMAGE, IMAGE),
    st.builds("COPY --from='{}' --chown=1 x /".format, IMAGE),
    st.builds("COPY --from=\\\n{} x /".format, IMAGE),
    st.builds("ONBUILD COPY --from={} x /".format, IMAGE),
    st.builds(
        "RUN \\\n# --mount=from={}\n  --mount=from={},target=/m --mount=target=/n,from={} true".format,
        IMAGE,
        IMAGE,
        IMAGE,
    ),
    st.builds("RUN --mount=type=cache,target=/m,from={} <<EOF\n from={} \nEOF".format, IMAGE, IMAGE),
)


@given(st.lists(STEP, max_size=6))
def test_a_pinned_text_names_no_image_without_its_digest(steps: list[str]) -> None:
    text = "\n".join(("FROM a:1", *steps, ""))
    dockerfile = read(text)
    pinned = dockerfile.standing_on({image: f"{image}@sha256:1" for image in dockerfile.bases})
    assert all(image.endswith("@sha256:1") for image in read(pinned).bases)
    assert pinned.replace("@sha256:1", "") == text


@given(st.text(alphabet=st.sampled_from("FROM COPYADRUN${}:-\"'\\\n<[]*?.,=#/a")))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InputsError):
        read(f"FROM a\n{text}")
