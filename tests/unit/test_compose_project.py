"""What Compose says of a file, in our records: each shape is read by the real program."""

from pathlib import Path
from typing import Any, Final

import anyio
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ci.compose.lines import ComposeLines
from ci.compose.project import ComposeMount, ComposePort, ComposeProject, ComposeService
from ci.compose.variables import env_file, placeholder
from ci.errors import CatalogueError
from tests.support.compose import ask, compose_at

LINES: Final = ComposeLines("deploy/docker-compose.yml", "")
NAMES: Final = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
VALUES: Final = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


def project(folder: Path, services: str, variables: str = "", rest: str = "") -> ComposeProject:
    return ask(f"name: shop\nservices:\n{services}{rest}", folder, variables).or_refuse(LINES)


def service(folder: Path, written: str, variables: str = "", rest: str = "") -> ComposeService:
    return project(folder, f"  web: {{image: a, {written}}}\n", variables, rest).services["web"]


@pytest.mark.parametrize(
    ("written", "ports"),
    [
        pytest.param('["5001:8080"]', (ComposePort(host=5001, container=8080),), id="short"),
        pytest.param(
            "[1025:25, 2222:22]",
            (ComposePort(host=1025, container=25), ComposePort(host=2222, container=22)),
            id="numbers that YAML 1.1 counts in sixties",
        ),
        pytest.param(
            '["127.0.0.1:5001:8080/udp"]',
            (ComposePort(host=5001, container=8080, address="127.0.0.1", protocol="udp"),),
            id="address",
        ),
        pytest.param('["8080"]', (ComposePort(host=None, container=8080),), id="any port of the host"),
        pytest.param("[{target: 8080, published: 5001}]", (ComposePort(host=5001, container=8080),), id="long"),
        pytest.param('["${PORT}:8080"]', (ComposePort(host=5009, container=8080),), id="variable"),
        pytest.param(
            '["3000-3001:3000-3001"]',
            (ComposePort(host=3000, container=3000), ComposePort(host=3001, container=3001)),
            id="range",
        ),
    ],
)
def test_a_port_is_read_in_each_form(folder: Path, written: str, ports: tuple[ComposePort, ...]) -> None:
    assert service(folder, f"ports: {written}", "PORT=5009\n").ports == ports


@pytest.mark.parametrize(
    ("written", "environment"),
    [
        pytest.param("{A: on, B: yes, C: true, F: 1e3}", {"A": "on", "B": "yes", "C": "true", "F": "1000"}, id="words"),
        pytest.param('["A=b=c", LOG, NONE]', {"A": "b=c", "LOG": "info"}, id="a bare name"),
        pytest.param('{A: "$$LOG", B: "$LOG", C: "${LOG}"}', {"A": "$LOG", "B": "info", "C": "info"}, id="dollars"),
        pytest.param('{A: "${NONE:-${LOG}}", B: "${LOG:+set}"}', {"A": "info", "B": "set"}, id="defaults"),
        pytest.param('{A: "${ODD}"}', {"A": "${ODD} $x"}, id="a value with dollars"),
    ],
)
def test_an_environment_is_read_as_compose_reads_it(folder: Path, written: str, environment: dict[str, str]) -> None:
    variables = env_file({"LOG": "info", "ODD": "${ODD} $x"})
    assert service(folder, f"environment: {written}", variables).environment == environment


def test_an_env_file_is_part_of_the_environment(folder: Path) -> None:
    (folder / "more.env").write_text("LOG=info\n", encoding="utf-8")
    assert service(folder, "env_file: more.env").environment == {"LOG": "info"}


@pytest.mark.parametrize("written", ["{test: [NONE]}", "{disable: true}"])
def test_a_health_check_that_is_off_is_none(folder: Path, written: str) -> None:
    assert service(folder, f"healthcheck: {written}").healthcheck == {}


def test_files_of_the_folder_have_their_places_in_the_container(folder: Path) -> None:
    mounts = service(
        folder,
        "configs: [realm, {source: realm, target: /etc/realm}], secrets: [key], "
        'volumes: ["./conf:/etc/conf:ro", "/var/run/x:/x", "data:/data"]',
        rest="configs: {realm: {file: ./realm.json}}\nsecrets: {key: {file: key.pem}}\nvolumes: {data: {}}\n",
    ).mounts
    assert set(mounts) == {
        ComposeMount(kind="volumes", source="conf", target="/etc/conf"),
        ComposeMount(kind="volumes", source="/var/run/x", target="/x"),
        ComposeMount(kind="configs", name="realm", source="realm.json", target="/realm"),
        ComposeMount(kind="configs", name="realm", source="realm.json", target="/etc/realm"),
        ComposeMount(kind="secrets", name="key", source="key.pem", target="/run/secrets/key"),
    }


def test_entrypoint_command_user_and_folder_are_words(folder: Path) -> None:
    web = service(folder, """entrypoint: /bin/sh -c, command: [a, "b c"], user: "1000", working_dir: /app""")
    assert (web.entrypoint, web.command, web.user, web.working_dir) == (("/bin/sh", "-c"), ("a", "b c"), "1000", "/app")
    plain = service(folder, "restart: always")
    assert (plain.entrypoint, plain.command) == (None, None)


def test_a_job_is_what_others_wait_for_or_what_never_restarts(folder: Path) -> None:
    services = """\
  web: {image: a, depends_on: {import: {condition: service_completed_successfully}}}
  import: {image: b}
  once: {image: c, restart: "no"}
"""
    assert project(folder, services).jobs == {"import", "once"}


def test_what_is_needed_is_in_an_earlier_wave_and_what_waits_behind_a_profile_in_none(folder: Path) -> None:
    services = """\
  web:
    image: a
    depends_on: {store: {condition: service_healthy}, aside: {condition: service_started, required: false}}
  store: {image: b}
  aside: {image: c, profiles: [more]}
"""
    waves = project(folder, services).in_waves()
    assert [[service.name for service in wave] for wave in waves] == [["store"], ["web"]]


def test_the_name_is_composes(folder: Path) -> None:
    answer = ask("name: ${SHOP}\nservices: {web: {image: a}}\n", folder, "SHOP=my-shop\n")
    assert answer.or_refuse(LINES).name == "my-shop"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(
            "name: shop\nservices:\n  web:\n    image: a\n    healthcheck:\n",
            "deploy/docker-compose.yml:5: Compose refuses it: services.web.healthcheck must be a mapping",
            id="a key without a value",
        ),
        pytest.param(
            "name: shop\nservices:\n  web:\n    image: a\n    usre: b\n",
            "deploy/docker-compose.yml:5: Compose refuses it: services.web Additional property usre is not allowed",
            id="an unknown key",
        ),
        pytest.param(
            "name: shop\nservices: {a: [}\n",
            "deploy/docker-compose.yml:1: Compose refuses it: yaml: line 1: did not find expected node content",
            id="no YAML",
        ),
        pytest.param(
            'name: shop\nservices:\n  web:\n    image: a\n    user: "${U:?name it}"\n',
            "deploy/docker-compose.yml:5: Compose refuses it: error while interpolating services.web.user: "
            "required variable U is missing a value: name it",
            id="a variable that must be set",
        ),
    ],
)
def test_a_refusal_is_composes_sentence_with_its_line(folder: Path, text: str, sentence: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        ask(text, folder).or_refuse(ComposeLines("deploy/docker-compose.yml", text))
    assert str(refused.value) == sentence


def test_a_circle_is_named(folder: Path) -> None:
    circle = "  web: {image: a, depends_on: [store]}\n  store: {image: b, depends_on: [web]}\n"
    with pytest.raises(CatalogueError, match="cycle"):
        project(folder, circle)


def test_variables_without_a_value_are_named_and_a_doubled_dollar_is_none(folder: Path) -> None:
    text = 'name: shop\nservices: {web: {image: "${A}${B:-b}", command: "$${C} $D"}}  # ${E}\n'
    assert ask(text, folder).unset == {"A", "D"}


def test_a_file_of_variables_is_read_as_compose_reads_it(folder: Path) -> None:
    written = """\
CI_REGISTRY_IMAGE=registry.example.com/shop
  # an indented remark = with equals
QUOTED="b c"
SINGLE='d$e'
COMMENTED=f # a note
export EXPORTED=i
SPACED = j
URL=http://${SPACED}:1\r
EMPTY=
"""
    assert anyio.run(compose_at(folder).variables, written, ".env.dev") == {
        "CI_REGISTRY_IMAGE": "registry.example.com/shop",
        "QUOTED": "b c",
        "SINGLE": "d$e",
        "COMMENTED": "f",
        "EXPORTED": "i",
        "SPACED": "j",
        "URL": "http://j:1",
        "EMPTY": "",
    }


def test_a_line_of_variables_that_compose_refuses_is_named_without_its_text(folder: Path) -> None:
    with pytest.raises(CatalogueError) as refused:
        anyio.run(compose_at(folder).variables, "A=b\nSEC RET=hidden\n", "deploy/.env.dev")
    assert str(refused.value) == "deploy/.env.dev:2: Compose cannot read this line"


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=30))
def test_compose_reads_back_each_value_that_is_written_for_it(folder: Path, values: dict[str, str]) -> None:
    assert anyio.run(compose_at(folder).variables, env_file(values), ".env") == values


def test_a_placeholder_is_the_same_each_time_and_another_for_each_name() -> None:
    assert placeholder("A") == placeholder("A") != placeholder("B")


ANY: Final[st.SearchStrategy[Any]] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(("a", "80:80", "${A}", "./x:/y", "no")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("test", "file", "source", "target", "published", "condition")), inner, max_size=3
        )
    ),
    max_leaves=6,
)
KEYS: Final = ("image", "build", "ports", "environment", "env_file", "healthcheck", "volumes", "depends_on", "command")


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(KEYS), ANY))
def test_a_service_of_any_shape_is_a_project_or_one_sentence(folder: Path, service: dict[str, Any]) -> None:
    answer = ask(yaml.safe_dump({"name": "a", "services": {"web": service}}), folder)
    assert bool(answer.project) != bool(answer.refused)
    assert "\n" not in answer.refused
