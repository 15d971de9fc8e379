"""The compose file of each host runs what the catalogue has, and nothing of a release is written in it."""

import shutil
import subprocess
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


def megabytes(limit: str) -> int:
    return int(limit[:-1]) * {"m": 1, "g": 1024}[limit[-1]]


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
def test_what_always_runs_fits_a_host_of_4_gb(host: Host) -> None:
    always = [entry for entry in services_of(host).values() if "profiles" not in entry]
    assert sum(megabytes(entry["mem_limit"]) for entry in always) <= 4096 - 512  # what Linux and Docker take


@pytest.mark.parametrize("host", HOSTS)
def test_kafka_keeps_its_log_in_its_volume_and_is_found_by_its_name(host: Host) -> None:
    kafka = services_of(host)["kafka"]
    assert kafka["volumes"] == [f"kafka:{kafka['environment']['KAFKA_LOG_DIRS']}"]
    assert kafka["environment"]["KAFKA_ADVERTISED_LISTENERS"] == "PLAINTEXT://kafka:9092"


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("page", ["cfa2.md", "cfa2.en.md"])
def test_the_runbooks_line_publishes_the_backends_on_the_host_alone(host: Host, page: str, tmp_path: Path) -> None:
    file = f"{host.compose}/docker-compose.yml"
    (command,) = [
        line for line in (ROOT / "docs/deploy" / page).read_text(encoding="utf-8").splitlines() if file in line
    ]
    (tmp_path / host.compose).mkdir(parents=True)
    copy = shutil.copy(ROOT / file, tmp_path / file)
    subprocess.run(("/bin/sh", "-c", command), cwd=tmp_path, check=True)  # noqa: S603  # the runbook's own
    changed = yaml.safe_load(Path(copy).read_text(encoding="utf-8"))["services"]
    for name, entry in services_of(host).items():
        here = "127.0.0.1:" if name == "api-gateway" or name.endswith("-service") else ""
        assert changed[name] == {**entry, **({"ports": [here + port for port in entry["ports"]]} if here else {})}


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
