"""The functions that plan, build, publish and promote: what they refuse and how, and what they move."""

import re
from typing import Any, Final

import pytest

from ci.module import OisCfa
from tests.engine.conftest import Tiny
from tests.support.registry import LiveRegistry, Place

GOOD: Final = "FROM scratch\nCOPY file /\n"
NO_REGISTRY: Final = {"registry": "", "registry_user": "", "registry_password": ""}


@pytest.fixture
def one(tiny: Tiny) -> Tiny:
    repository, _ = tiny
    repository.service("one", GOOD)
    repository.append("small/one/file", repository.seed)
    return tiny


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        pytest.param("services.toml", 'root = "small\n', "CatalogueError: services.toml:1: ", id="no TOML"),
        pytest.param(
            "services.toml",
            'root = "small"\n[kinds.tiny]\ngroup = "tiny"\ndockerfile = "x"\nport = 1\nmemroy = "1GB"\nseconds = 1\n',
            'services.toml:6: unknown key "memroy"; did you mean "memory"?',
            id="unknown key",
        ),
        pytest.param(
            "small/one/Dockerfile",
            "FROM scratch\nCOPY flie /\n",
            "InputsError: one/Dockerfile:2: COPY of flie finds nothing",
            id="no source",
        ),
        pytest.param(
            "small/one/Dockerfile", "FROM 127.0.0.1:1/none:1\n", "the base image 127.0.0.1:1/none:1", id="base"
        ),
    ],
)
def test_a_fault_in_a_file_is_one_sentence_with_its_place(one: Tiny, file: str, text: str, sentence: str) -> None:
    repository, functions = one
    repository.write(file, text)
    assert sentence in functions.refused(OisCfa.plan)


def test_the_faults_of_two_dockerfiles_are_named_at_once(one: Tiny) -> None:
    repository, functions = one
    repository.write("small/one/Dockerfile", "FORM scratch\n")
    repository.service("two", GOOD)
    (repository.root / "small/two/Dockerfile").rename(repository.root / "small/two/Dockerfile.prod")
    refused = functions.refused(OisCfa.build_all)
    assert "InputsError: one/Dockerfile:1: unknown instruction: FORM; did you mean FROM?" in refused
    sentence = r"services\.toml:\d+: there is no two/Dockerfile; did you mean two/Dockerfile\.prod\?"
    assert re.search(sentence, refused), refused


def test_a_port_taken_twice_is_named(one: Tiny) -> None:
    repository, functions = one
    repository.append("services.toml", '\n[services.two]\nkind = "tiny"\npublished = 20000\n')
    assert "published is 20000, which one on line" in functions.refused(OisCfa.services)


@pytest.mark.parametrize(
    ("function", "arguments", "settings", "sentence"),
    [
        pytest.param(
            OisCfa.publish_all,
            {},
            {**NO_REGISTRY, "commit": ""},
            "SettingMissing: not set: CI_REGISTRY_IMAGE (--registry), CI_REGISTRY_USER (--registry-user), "
            "CI_REGISTRY_PASSWORD (--registry-password), CI_COMMIT_SHORT_SHA (--commit); GitLab gives CI_REGISTRY_* to "
            "each job of a project whose container registry is on (Settings > General > Visibility); "
            "on a laptop export it or pass the flag",
            id="nothing set",
        ),
        pytest.param(
            OisCfa.publish_all,
            {},
            {"registry_password": "wrong"},
            "RegistryRefused: {token_server} refused the login of ci-pusher (401): ",
            id="wrong password",
        ),
        pytest.param(
            OisCfa.publish_all,
            {},
            {"registry": "nowhere.test:1/group/project"},
            "RegistryUnreachable: nowhere.test:1 does not answer",
            id="no such registry",
        ),
        pytest.param(
            OisCfa.publish_all,
            {},
            {"registry": "https://registry.test/group/project"},
            'SettingMissing: the registry is "https://registry.test/group/project", must be HOST/GROUP/PROJECT',
            id="an address for a path",
        ),
        pytest.param(
            OisCfa.publish_all,
            {"tag": ["dev"]},
            {},
            "SettingMissing: the first tag is dev, which moves",
            id="a moving tag alone",
        ),
        pytest.param(
            OisCfa.plan,
            {"only": ["noe"]},
            {},
            'UnknownService: no service or group "noe" in the catalogue; did you mean "one"? (groups: tiny)',
            id="unknown service",
        ),
        pytest.param(
            OisCfa.plan,
            {"bases": "dev"},
            NO_REGISTRY,
            "SettingMissing: not set: CI_REGISTRY_IMAGE (--registry), CI_REGISTRY_USER (--registry-user), "
            "CI_REGISTRY_PASSWORD (--registry-password); GitLab",
            id="a lock to keep to, and no registry that has it",
        ),
        pytest.param(OisCfa.plan, {"bases": "never"}, {}, "LockMissing: ", id="no lock to keep to"),
        pytest.param(OisCfa.build_all, {"memory": "much"}, {}, '"much" is not a size; write it like 2GB', id="no size"),
        pytest.param(OisCfa.lock, {"tag": "never"}, {}, "LockMissing: ", id="no lock"),
    ],
)
def test_a_refusal_is_one_sentence(  # noqa: PLR0913, PLR0917  # a table
    one: Tiny, place: Place, function: Any, arguments: dict[str, Any], settings: dict[str, str], sentence: str
) -> None:
    _, functions = one
    refused = functions.given(**settings).refused(function, **arguments)
    assert sentence.replace("{token_server}", place.token_server) in refused
    assert "\n" not in refused


def test_rebuild_builds_what_was_published(one: Tiny) -> None:
    _, functions = one
    assert functions.publish("re00001")["one"]["status"] == "built"
    assert functions.publish("re00002")["one"]["status"] == "reused"
    assert functions.publish("re00003", rebuild=True)["one"]["status"] == "built"


def test_promote_moves_every_tag_and_the_lock(one: Tiny, registry: LiveRegistry) -> None:
    _, functions = one
    image = functions.publish("pr00001")["one"]
    answer = functions.good(OisCfa.promote, from_="pr00001", to="stage")
    assert answer.endswith("\nstage is pr00001 now")
    moved = registry.manifest("group/project/one", "stage")
    assert moved
    assert moved.digest == image["digest"]
    held = [registry.manifest("group/project/ci/lock", tag) for tag in ("pr00001", "stage")]
    assert held[0]
    assert held[0] == held[1]


def test_an_older_pipeline_leaves_a_tag_to_the_newer(one: Tiny, registry: LiveRegistry) -> None:
    _, functions = one
    functions.given(order="12").publish("or00012", "latest")
    refused = functions.given(order="11").refused(OisCfa.publish_all, tag=["or00011", "latest"])
    sentence = (
        "latest does not move: latest is at or00012 (pipeline 12), which is newer than or00011 (pipeline 11): it stays"
    )
    assert sentence in refused
    assert "all 1 there: 0 built, 1 reused" in refused
    assert registry.same("group/project/ci/lock", "latest", "or00012")
    answer = functions.good(OisCfa.promote, from_="or00012", to="latest")
    assert answer.endswith("or00012 already: nothing to do")
    functions.good(OisCfa.promote, from_="or00011", to="latest", allow_older=True)
    assert registry.same("group/project/ci/lock", "latest", "or00011")


def test_prod_takes_what_stage_has_and_neither_what_is_bound_to_dev(one: Tiny, registry: LiveRegistry) -> None:
    repository, functions = one
    functions.publish("st00001", "dev")
    refused = functions.refused(OisCfa.promote, from_="dev", to="prod")
    assert "prod takes what stage has: promote --from stage --to prod" in refused
    of_another = functions.given(commit="0ff0000").refused(OisCfa.promote, from_="dev", to="stage")
    assert "dev is at st00001, and this call is of 0ff0000 (CI_COMMIT_SHORT_SHA)" in of_another
    functions.given(commit="st00001").good(OisCfa.promote, from_="dev", to="stage", allow_older=True)
    functions.given(commit="").good(OisCfa.promote, from_="stage", to="prod")
    assert registry.same("group/project/one", "dev", "prod")
    repository.append("services.toml", 'baked = { API = "http://dev" }\n')
    repository.write("small/one/Dockerfile", "FROM scratch\nARG API\nCOPY file /\n")
    assert functions.publish("st00002")["one"]["bound"] == ["API"]
    refused = functions.refused(OisCfa.promote, from_="st00002", to="stage")
    assert "one is bound to one environment by API, so its image is not for stage" in refused
    assert registry.same("group/project/one", "dev", "stage")


def test_nothing_is_promoted_when_one_image_is_gone(one: Tiny, registry: LiveRegistry) -> None:
    repository, functions = one
    repository.service("other", GOOD)
    repository.append("small/other/file", repository.seed)
    images = functions.publish("9a9e000")
    registry.delete("group/project/other", images["other"]["digest"])
    names = [f"group/project/{name}" for name in ("one", "other", "ci/lock")]
    before = [registry.manifest(name, "latest") for name in names]
    refused = functions.refused(OisCfa.promote, from_="9a9e000", to="latest")
    assert f"LockIncomplete: {images['other']['ref']} has no {images['other']['digest']} any more" in refused
    assert [registry.manifest(name, "latest") for name in names] == before
    assert functions.publish("9a9e001")["other"]["status"] == "built"  # its key went with it
