"""A compose file's services as they would start."""

import pytest

from ci.catalogue import load
from ci.e2e.shape import Part, parts_of
from ci.errors import CatalogueError
from ci.host.stack import Stack

TABLES = """\
[kinds.any]
group = "all"
dockerfile = "{name}/Dockerfile"
port = 8080
memory = "1GB"
seconds = 1
[services.web]
kind = "any"
published = 5001
"""
COMPOSE = """\
name: shop
services:
  web:
    image: ${WEB_IMAGE:-${CI_REGISTRY_IMAGE}/web:dev}
    environment: {IMAGE_REF: "${WEB_IMAGE:-${CI_REGISTRY_IMAGE}/web:dev}", URL: "http://${HOST}:5001", KEY: "${SECRET}"}
    ports: ["127.0.0.1:5001:8080"]
    depends_on: {store: {condition: service_healthy}}
    configs: [{source: settings, target: /etc/settings}]
  store:
    image: postgres:15
    command: postgres -c "a=$$1"
    environment: ["A=b=c", "HOST"]
    expose: ["5432"]
  aside:
    image: kafka
    profiles: [more]
configs:
  settings: {file: ./settings.json}
"""
VARIABLES = "CI_REGISTRY_IMAGE=reg/shop\nHOST=192.0.2.1\nSECRET=\n"


def parts(compose: str = COMPOSE, **images: str) -> dict[str, Part]:
    stack = Stack.read(compose, VARIABLES, load(TABLES), "deploy")
    return {part.name: part for part in parts_of(stack, images, {"HOST": "shop.test"})}


def test_what_is_needed_comes_first_and_what_waits_behind_a_profile_not_at_all() -> None:
    assert list(parts()) == ["store", "web"]


def test_an_image_is_handed_over_and_told_to_its_container() -> None:
    web = parts(web="reg/shop/web@sha256:1")["web"]
    assert (web.image, web.environment["IMAGE_REF"]) == ("reg/shop/web@sha256:1", "reg/shop/web@sha256:1")
    assert parts()["web"].image == "reg/shop/web:dev"


def test_a_secret_of_the_host_is_made_up_the_same_each_time_and_another_for_each_name() -> None:
    first, again = parts()["web"].environment, parts()["web"].environment
    assert first == again
    assert len(first["KEY"]) == 64
    assert first["URL"] == "http://shop.test:5001"


def test_ports_commands_environments_and_files_are_read_as_compose_reads_them() -> None:
    web, store = parts()["web"], parts()["store"]
    assert (web.published, web.exposed, web.needs) == ({5001: 8080}, frozenset({8080}), ("store",))
    assert web.files == {"/etc/settings": "settings.json"}
    assert (store.published, store.exposed) == ({}, frozenset({5432}))
    assert store.command == ("postgres", "-c", "a=$1")
    assert store.environment == {"A": "b=c"}


def test_a_circle_of_needs_is_named() -> None:
    with pytest.raises(CatalogueError, match=r"depends_on goes in a circle: .*web.*store"):
        parts(COMPOSE.replace("    expose:", "    depends_on: [web]\n    expose:"))


@pytest.mark.parametrize(
    ("written", "ports"),
    [
        ('["8080"]', {8080: 8080}),
        ('["5001:8080/tcp"]', {5001: 8080}),
        ('["[::1]:5001:8080"]', {5001: 8080}),
        ("[{target: 8080, published: 5001}]", {5001: 8080}),
    ],
)
def test_a_port_is_read_in_each_form(written: str, ports: dict[int, int]) -> None:
    assert parts(COMPOSE.replace('["127.0.0.1:5001:8080"]', written))["web"].published == ports


def test_a_config_in_short_form_lies_at_the_root_and_one_that_is_no_file_is_named() -> None:
    short = COMPOSE.replace("[{source: settings, target: /etc/settings}]", "[settings]")
    assert parts(short)["web"].files == {"/settings": "settings.json"}
    with pytest.raises(CatalogueError, match="web takes the config settings, which is no file"):
        parts(COMPOSE.replace("{file: ./settings.json}", "{external: true}"))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("${HOST}", "shop.test"),
        ("$HOST:1", "shop.test:1"),
        ("${NONE:-a}${NONE-b}", "ab"),
        ("${HOST:?must be set}", "shop.test"),
        ("${NONE:-${HOST}}", "shop.test"),
        ("$$HOST", "$HOST"),
        ("${ODD}", "${ODD}"),
    ],
)
def test_variables_are_put_in_as_compose_does_and_values_are_not_read_again(written: str, told: str) -> None:
    text = COMPOSE.replace('KEY: "${SECRET}"', f'KEY: "{written}"')
    stack = Stack.read(text, f"{VARIABLES}ODD=${{ODD}}\n", load(TABLES), "deploy")
    (web,) = (part for part in parts_of(stack, {}, {"HOST": "shop.test"}) if part.name == "web")
    assert web.environment["KEY"] == told


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("    image: postgres:15\n", "    build: .\n", "store has no image"),
        ('["127.0.0.1:5001:8080"]', '["3000-3005:3000-3005"]', "a port of web cannot be read"),
    ],
)
def test_what_cannot_be_started_is_named(old: str, new: str, sentence: str) -> None:
    with pytest.raises(CatalogueError, match=sentence):
        parts(COMPOSE.replace(old, new))


def test_a_need_that_waits_behind_a_profile_is_none() -> None:
    assert parts(COMPOSE.replace("depends_on: {store:", "depends_on: {aside: {required: false}, store:"))[
        "web"
    ].needs == ("store",)
