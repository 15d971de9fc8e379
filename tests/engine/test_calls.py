"""What a caller types and what a caller is told, on the real CLI."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.engine.conftest import Tiny
from tests.support.pipeline import told
from tests.support.registry import PUSHER, LiveRegistry, Place

GOOD: Final = "FROM scratch\nCOPY file /\n"
NO_SECRET: Final = {"CI_REGISTRY_IMAGE": "", "CI_REGISTRY_USER": "", "CI_REGISTRY_PASSWORD": ""}


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
    repository, pipeline = one
    repository.write(file, text)
    refused = pipeline.call("plan")
    assert refused.returncode == 1, told(refused)
    assert sentence in refused.stderr, told(refused)
    assert "Traceback" not in refused.stderr


def test_the_faults_of_two_dockerfiles_are_named_at_once(one: Tiny) -> None:
    repository, pipeline = one
    repository.write("small/one/Dockerfile", "FORM scratch\n")
    repository.service("two", GOOD)
    (repository.root / "small/two/Dockerfile").rename(repository.root / "small/two/Dockerfile.prod")
    refused = pipeline.call("build-all")
    assert "InputsError: one/Dockerfile:1: unknown instruction: FORM; did you mean FROM?" in refused.stderr
    sentence = r"services\.toml:\d+: there is no two/Dockerfile; did you mean two/Dockerfile\.prod\?"
    assert re.search(sentence, refused.stderr), told(refused)


def test_a_port_taken_twice_is_named(one: Tiny) -> None:
    repository, pipeline = one
    repository.append("services.toml", '\n[services.two]\nkind = "tiny"\npublished = 20000\n')
    refused = pipeline.call("services")
    assert "published is 20000, which one on line" in refused.stderr, told(refused)


@pytest.mark.parametrize(
    ("arguments", "variables", "sentence"),
    [
        pytest.param(
            ("publish-all",),
            {**NO_SECRET, "CI_COMMIT_SHORT_SHA": ""},
            "SettingMissing: not set: CI_REGISTRY_IMAGE (--registry), CI_REGISTRY_USER (--registry-user), "
            "CI_REGISTRY_PASSWORD (--registry-password), CI_COMMIT_SHORT_SHA (--commit); GitLab gives CI_REGISTRY_* to "
            "each job of a project whose container registry is on (Settings > General > Visibility); "
            "on a laptop export it or pass the flag",
            id="nothing set",
        ),
        pytest.param(
            ("publish-all",),
            {"CI_REGISTRY_PASSWORD": "wrong"},
            "RegistryRefused: {token_server} refused the login of ci-pusher (401): ",
            id="wrong password",
        ),
        pytest.param(
            ("publish-all",),
            {"CI_REGISTRY_IMAGE": "nowhere.test:1/group/project"},
            "RegistryUnreachable: nowhere.test:1 does not answer",
            id="no such registry",
        ),
        pytest.param(
            ("publish-all",),
            {"CI_REGISTRY_IMAGE": "https://registry.test/group/project"},
            'SettingMissing: the registry is "https://registry.test/group/project", must be HOST/GROUP/PROJECT',
            id="an address for a path",
        ),
        pytest.param(
            ("publish-all", "--tag", "dev"),
            {},
            "SettingMissing: the first tag is dev, which moves",
            id="a moving tag alone",
        ),
        pytest.param(
            ("plan", "--only", "noe"),
            {},
            'UnknownService: no service or group "noe" in the catalogue; did you mean "one"? (groups: tiny)',
            id="unknown service",
        ),
        pytest.param(
            ("plan", "--bases", "dev"),
            NO_SECRET,
            "SettingMissing: not set: CI_REGISTRY_IMAGE (--registry), CI_REGISTRY_USER (--registry-user), "
            "CI_REGISTRY_PASSWORD (--registry-password); GitLab",
            id="a lock to keep to, and no registry that has it",
        ),
        pytest.param(("plan", "--bases", "never"), {}, "LockMissing: ", id="no lock to keep to"),
        pytest.param(("build-all", "--memory", "much"), {}, '"much" is not a size; write it like 2GB', id="no size"),
        pytest.param(("lock", "--tag", "never"), {}, "LockMissing: ", id="no lock"),
    ],
)
def test_a_refusal_is_one_sentence(
    one: Tiny, place: Place, arguments: tuple[str, ...], variables: dict[str, str], sentence: str
) -> None:
    _, pipeline = one
    refused = pipeline.call(*arguments, **variables)
    assert refused.returncode == 1, told(refused)
    assert refused.stdout.strip() == ""
    assert sentence.replace("{token_server}", place.token_server) in refused.stderr, told(refused)
    assert "Traceback" not in refused.stderr


def test_flags_win_over_the_committed_defaults(one: Tiny, registry: LiveRegistry) -> None:
    _, pipeline = one
    flags = (
        *("--registry", f"{registry.address}/group/project", "--registry-user", PUSHER.user),
        *("--registry-password", "env://MY_PASSWORD", "publish-all", "--tag", "f1a9000"),
    )
    wrong = {"CI_REGISTRY_IMAGE": "nowhere.test/x/y", "CI_REGISTRY_USER": "nobody", "CI_REGISTRY_PASSWORD": "wrong"}
    pipeline.good(*flags, **wrong, MY_PASSWORD=PUSHER.password)
    assert "f1a9000" in registry.tags("group/project/one")


def test_the_committed_defaults_serve_without_a_flag(one: Tiny, registry: LiveRegistry, tmp_path: Path) -> None:
    _, pipeline = one
    pipeline.good("publish-all", CI_COMMIT_SHORT_SHA="defa117")
    assert "defa117" in registry.tags("group/project/one")
    pipeline.good("lock", "-o", str(tmp_path / "images.lock.json"), CI_COMMIT_SHORT_SHA="defa117")
    assert '"commit": "defa117"' in (tmp_path / "images.lock.json").read_text()


@pytest.mark.parametrize("arguments", [("services",), ("plan",), ("build-all",), ("build", "--service", "one", "sync")])
def test_what_needs_no_secret_works_with_none_set(one: Tiny, arguments: tuple[str, ...]) -> None:
    _, pipeline = one
    pipeline.good(*arguments, **NO_SECRET, CI_COMMIT_SHORT_SHA="")


def test_rebuild_builds_what_was_published(one: Tiny) -> None:
    _, pipeline = one
    assert pipeline.publish("re00001")["one"]["status"] == "built"
    assert pipeline.publish("re00002")["one"]["status"] == "reused"
    assert pipeline.publish("re00003", "--rebuild")["one"]["status"] == "built"


def test_promote_moves_every_tag_and_the_lock(one: Tiny, registry: LiveRegistry) -> None:
    _, pipeline = one
    image = pipeline.publish("pr00001")["one"]
    assert pipeline.good("promote", "--from", "pr00001", "--to", "stage").endswith("\nstage is pr00001 now")
    moved = registry.manifest("group/project/one", "stage")
    assert moved
    assert moved.digest == image["digest"]
    held = [registry.manifest("group/project/ci/lock", tag) for tag in ("pr00001", "stage")]
    assert held[0]
    assert held[0] == held[1]


def test_an_older_pipeline_leaves_a_tag_to_the_newer(one: Tiny, registry: LiveRegistry) -> None:
    _, pipeline = one
    pipeline.publish("or00012", "--tag", "head", CI_PIPELINE_IID="12")
    refused = pipeline.call("publish-all", "--tag", "or00011", "--tag", "head", CI_PIPELINE_IID="11")
    sentence = (
        "head does not move: head is at or00012 (pipeline 12), which is newer than or00011 (pipeline 11): it stays"
    )
    assert sentence in refused.stderr, told(refused)
    assert "all 1 there: 0 built, 1 reused" in refused.stderr
    assert registry.same("group/project/ci/lock", "head", "or00012")
    assert pipeline.good("promote", "--from", "or00012", "--to", "head").endswith("or00012 already: nothing to do")
    pipeline.good("promote", "--from", "or00011", "--to", "head", "--allow-older")
    assert registry.same("group/project/ci/lock", "head", "or00011")


def test_prod_takes_what_stage_has_and_neither_what_is_bound_to_dev(one: Tiny, registry: LiveRegistry) -> None:
    repository, pipeline = one
    pipeline.publish("st00001", "--tag", "dev")
    refused = pipeline.call("promote", "--from", "dev", "--to", "prod")
    assert "prod takes what stage has: promote --from stage --to prod" in refused.stderr, told(refused)
    of_another = pipeline.call("promote", "--from", "dev", "--to", "stage", CI_COMMIT_SHORT_SHA="0ff0000")
    assert "dev is at st00001, and this call is of 0ff0000 (CI_COMMIT_SHORT_SHA)" in of_another.stderr, told(of_another)
    pipeline.good("promote", "--from", "dev", "--to", "stage", "--allow-older", CI_COMMIT_SHORT_SHA="st00001")
    pipeline.good("promote", "--from", "stage", "--to", "prod", CI_COMMIT_SHORT_SHA="")
    assert registry.same("group/project/one", "dev", "prod")
    repository.append("services.toml", 'baked = { API = "http://dev" }\n')
    repository.write("small/one/Dockerfile", "FROM scratch\nARG API\nCOPY file /\n")
    assert pipeline.publish("st00002")["one"]["bound"] == ["API"]
    refused = pipeline.call("promote", "--from", "st00002", "--to", "stage")
    assert "one is bound to one environment by API, so its image is not for stage" in refused.stderr, told(refused)
    assert registry.same("group/project/one", "dev", "stage")


def test_nothing_is_promoted_when_one_image_is_gone(one: Tiny, registry: LiveRegistry) -> None:
    repository, pipeline = one
    repository.service("other", GOOD)
    repository.append("small/other/file", repository.seed)
    images = pipeline.publish("9a9e000")
    registry.delete("group/project/other", images["other"]["digest"])
    refused = pipeline.call("promote", "--from", "9a9e000", "--to", "gone-stage")
    assert f"LockIncomplete: {images['other']['ref']} has no {images['other']['digest']} any more" in refused.stderr
    for name in ("one", "other", "ci/lock"):
        assert "gone-stage" not in registry.tags(f"group/project/{name}")
    assert pipeline.publish("9a9e001")["other"]["status"] == "built"  # its key went with it
