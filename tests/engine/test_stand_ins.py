"""What is built on stand-ins is built and tested as ever, and leaves this machine only when the caller says so."""

from typing import Final

import pytest

from ci.errors import InputsError
from ci.module import OisCfa
from ci.stand_ins import stand_ins
from tests.engine.conftest import Tiny
from tests.support.base_images import official_python
from tests.support.functions import Functions
from tests.support.registry import LiveRegistry, Place

STAND_IN: Final = "debian:bookworm-slim"  # the mirror's own
REFUSED: Final = f"StandInRefused: {STAND_IN}: not the official image, but a stand-in that this machine made. Use the"
TESTED: Final = f"FROM {STAND_IN}\nCOPY file /\nFROM {STAND_IN} AS test\nCOPY file /\nRUN mkdir /reports\n"
COMMAND: Final = """
[services.one.test]
command = "echo '<testsuite><testcase name=\\"good\\"/></testsuite>' > /reports/junit.xml"
"""


@pytest.fixture
def one(tiny: Tiny) -> Tiny:
    """A service on a stand-in, with tests."""
    repository, _ = tiny
    repository.service("one", TESTED + f"FROM {STAND_IN}\nCOPY file /\n")
    repository.append("small/one/file", repository.seed)
    repository.append("services.toml", COMMAND)
    return tiny


def test_a_publication_is_refused_before_anything_is_built_or_pushed(one: Tiny, registry: LiveRegistry) -> None:
    functions = one[1].refusing_stand_ins()
    assert "1 built" in functions.good(OisCfa.build_all)
    mark = registry.mark()
    assert REFUSED in functions.refused(OisCfa.publish_all, tag=["5a00001"])
    assert not [request for request in registry.requests(mark) if request.method in {"PUT", "PATCH"}]


def test_tests_are_refused_only_where_a_registry_would_keep_their_result(one: Tiny) -> None:
    functions = one[1].refusing_stand_ins()
    assert REFUSED in functions.refused(OisCfa.test)
    alone = functions.given(registry="", registry_user="", registry_password="")
    assert "all well: 1 tests of 1 services" in alone.good(OisCfa.test)


def test_the_lock_records_what_the_flag_accepts_and_stage_refuses_it(one: Tiny, registry: LiveRegistry) -> None:
    _, functions = one
    assert functions.publish("5a00002")["one"]["stand_ins"] == [STAND_IN]
    refusing = functions.refusing_stand_ins()
    assert REFUSED in refusing.refused(OisCfa.publish_all, tag=["5a00003"])  # its image is reused, and says so
    assert REFUSED in refusing.refused(OisCfa.end_to_end, tag="5a00002")
    before = registry.manifest("group/project/one", "stage")
    refused = functions.refused(OisCfa.promote, from_="5a00002", to="stage")
    assert f"5a00002 is built on stand-in images ({STAND_IN}), which stage never takes" in refused
    assert registry.manifest("group/project/one", "stage") == before


def test_an_official_image_needs_no_flag(one: Tiny, place: Place) -> None:
    repository, functions = one
    with official_python(place, f"tests-of-stand-ins-{repository.seed}") as base:
        repository.write("small/one/Dockerfile", f"FROM {base}\nCOPY file /\n")
        assert functions.refusing_stand_ins().publish("5a00004")["one"]["stand_ins"] == []


def test_an_image_that_cannot_be_pulled_is_named(functions: Functions) -> None:
    with pytest.raises(InputsError, match=r"the image 127\.0\.0\.1:1/none:1 cannot be pulled: "):
        functions.connection.run(stand_ins([STAND_IN, "127.0.0.1:1/none:1"]))
