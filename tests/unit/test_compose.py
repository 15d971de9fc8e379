"""The compose file of each host runs what the catalogue has, and nothing of a release is written in it."""

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from ci.catalogue import Catalogue, Host, Service, load

ROOT: Final = Path(__file__).parents[2]
CATALOGUE: Final[Catalogue] = load((ROOT / "services.toml").read_text(encoding="utf-8"), name="services.toml")
HOSTS: Final = [pytest.param(host, id=host.name) for host in CATALOGUE.hosts]
EVERYWHERE: Final = [
    pytest.param(host, service, id=f"{host.name} {service.name}")
    for host in CATALOGUE.hosts
    for service in CATALOGUE.services
]


def services_of(host: Host) -> dict[str, Any]:
    text = (ROOT / host.compose / "docker-compose.yml").read_text(encoding="utf-8")
    services: dict[str, Any] = yaml.safe_load(text)["services"]
    return services


def name_in_compose(service: Service) -> str:
    """Backends are found by others at NAME-service, but for the gateway."""
    return f"{service.name}-service" if service.kind == "dotnet" and service.name != "api-gateway" else service.name


@pytest.mark.parametrize(("host", "service"), EVERYWHERE)
def test_an_image_is_handed_over_by_its_variable_and_is_dev_without_it(host: Host, service: Service) -> None:
    variable = f"{service.name.upper().replace('-', '_')}_IMAGE"
    entry = services_of(host)[name_in_compose(service)]
    assert entry["image"] == f"${{{variable}:-${{CI_REGISTRY_IMAGE}}/{service.name}:dev}}"
    assert entry["environment"]["IMAGE_REF"] == entry["image"]


@pytest.mark.parametrize(("host", "service"), EVERYWHERE)
def test_ports_are_the_catalogues(host: Host, service: Service) -> None:
    assert services_of(host)[name_in_compose(service)]["ports"] == [f"{service.published}:{service.port}"]


@pytest.mark.parametrize("host", HOSTS)
def test_every_service_is_bounded_watched_and_restarted(host: Host) -> None:
    for entry in services_of(host).values():
        assert entry["restart"] == "unless-stopped"
        assert entry["mem_limit"]
        assert entry["logging"]["options"] == {"max-size": "10m", "max-file": "3"}
        assert {"start_period", "start_interval"} <= entry["healthcheck"].keys()  # the second works only with the first


@pytest.mark.parametrize("host", HOSTS)
def test_what_the_sample_does_not_use_waits_behind_a_profile(host: Host) -> None:
    ours = {name_in_compose(service) for service in CATALOGUE.services}
    others = {name: entry.get("profiles") for name, entry in services_of(host).items() if name not in ours}
    behind = ["infrastructure"]
    assert others == {"keycloak": None, "postgres": None, "kafka": behind, "minio": behind}


@pytest.mark.parametrize("host", HOSTS)
def test_no_secret_has_a_value_in_git(host: Host) -> None:
    lines = (ROOT / host.compose / ".env.dev").read_text(encoding="utf-8").splitlines()
    values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert values["CI_REGISTRY_IMAGE"]
    assert [name for name, value in values.items() if value and ("PASSWORD" in name or "SECRET" in name)] == []
