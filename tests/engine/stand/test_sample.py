"""The sample's images on a Docker host: what each service promises, and the exchange that they make together."""

import re
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest

from ci.catalogue import load
from ci.module import OisCfa
from tests.engine.conftest import FIRST, FirstRun, Tiny
from tests.support.exchange import documented, good, hidden_fields, refusal, registered, written
from tests.support.part import Part
from tests.support.people import visit
from tests.support.registry import LiveRegistry, uploads
from tests.support.registry.docker import DockerFailed, docker
from tests.support.repository import ROOT
from tests.support.stand import Stand

CATALOGUE: Final = load((ROOT / "services.toml").read_text(encoding="utf-8"))
SAMPLE: Final = ROOT / CATALOGUE.root
NAMES: Final = tuple(service.name for service in CATALOGUE.services)
PORTALS: Final = tuple(service.name for service in CATALOGUE.select(["portals"]))
BEHIND: Final = ("identity", "issuance", "registry", "settlement", "compliance")
NOT_EXPECTED: Final = "the body is not the JSON that is expected here: see "
POSTS: Final = ("identity/holders", "compliance/checks", "issuance/assets", "settlement/transfers")

Nine = Mapping[str, Any]


@pytest.mark.parametrize("name", NAMES)
def test_a_service_tells_its_health_and_what_it_runs_from(services: Stand, name: str) -> None:
    assert good(services[name].get("/health")) == {"status": "ok"}
    assert good(services[name].get("/version")) == {"name": name, "image": services[name].image}


@pytest.mark.parametrize("name", NAMES)
def test_a_service_is_not_root_and_cannot_change_its_program(services: Stand, name: str) -> None:
    assert services[name].inside("stat", "--format", "%u", "/proc/1") != "0"
    with pytest.raises(DockerFailed):
        services[name].inside("test", "-w", ".")


@pytest.mark.parametrize("name", NAMES)
def test_the_health_check_of_an_image_fails_where_nothing_serves(services: Stand, name: str) -> None:
    image = services[name].image
    program, *arguments = docker(
        "inspect", "--format", r'{{range slice .Config.Healthcheck.Test 1}}{{.}}{{"\n"}}{{end}}', image
    ).splitlines()
    with pytest.raises(DockerFailed):
        docker("run", "--rm", "--entrypoint", program, image, *arguments)


@pytest.mark.parametrize("name", NAMES)
def test_an_image_says_nothing_of_a_commit(session_registry: LiveRegistry, nine: Nine, name: str) -> None:
    manifest = session_registry.manifest(f"group/project/{name}", nine[name]["digest"])
    assert manifest
    blob = session_registry.store.blob(f"group/project/{name}", manifest.json()["config"]["digest"]).decode()
    labels = dict(re.findall(r'"org\.opencontainers\.image\.([a-z]+)":"([^"]+)"', blob))
    assert labels.keys() == {"title", "source", "licenses"}
    assert labels["title"] == name
    assert FIRST not in blob


def test_what_images_share_is_pushed_once(session_registry: LiveRegistry, first_run: FirstRun) -> None:
    images, requests = first_run
    manifests = (session_registry.manifest(f"group/project/{name}", one["digest"]) for name, one in images.items())
    layers = Counter(layer["digest"] for each in manifests if each for layer in each.json()["layers"])
    shared = {digest for digest, images_with_it in layers.items() if images_with_it > 1}
    pushed = Counter(digest for digest, _ in uploads(requests))
    assert shared
    assert {digest: times for digest, times in pushed.items() if digest in shared and times > 1} == {}


def test_the_swagger_page_needs_nothing_from_elsewhere(gateway: Part) -> None:
    page = gateway.get("/swagger")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert set(re.findall(r"""(?:src|href|fetch)[=(]["']([^"']+)""", page.text)) == {"data:,", "/swagger/openapi.json"}
    assert "://" not in page.text


def test_the_document_names_every_route_and_no_other(gateway: Part) -> None:
    mapped = {
        (method.upper(), f"/api/{file.parent.name}{path}")
        for file in SAMPLE.glob("services/*/Endpoints.cs")
        for method, path in re.findall(r'Map(Get|Post)\("(/[^"]+)"', file.read_text(encoding="utf-8"))
        if not path.startswith("/internal/")
    }
    own = {("GET", "/health"), ("GET", "/version")}
    assert {(method, path) for method, path, _ in documented(gateway)} == mapped | own


def test_each_documented_route_answers_as_the_document_says(gateway: Part) -> None:
    for method, path, operation in documented(gateway):
        answer = gateway.ask(method, re.sub(r"{\w+}", "nobody", path), json={} if method == "POST" else None)
        assert str(answer.status_code) in operation["responses"], (method, path, answer.text)
        assert answer.is_success or answer.json()["code"] in {"input", "missing"}, (method, path, answer.text)


@pytest.mark.parametrize("name", BEHIND)
def test_the_gateway_passes_on_to_each_service(services: Stand, gateway: Part, name: str) -> None:
    assert good(gateway.get(f"/api/{name}/version")) == {"name": name, "image": services[name].image}


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("nobody/holders", f'there is no service "nobody": there are {", ".join(BEHIND)}'),
        ("registry/nothing", "POST /nothing is not served here"),
        ("registry/internal/entries", "there is no such path"),
        ("registry/INTERNAL/entries", "there is no such path"),
        ("registry/%69nternal/entries", "there is no such path"),
        ("registry/%252e%252e/internal/entries", "there is no such path"),
    ],
)
def test_the_gateway_lets_nobody_through_to_what_is_not_for_callers(gateway: Part, path: str, sentence: str) -> None:
    assert refusal(gateway.post(f"/api/{path}", {})) == (404, sentence)


def test_holdings_follow_a_settled_transfer(gateway: Part) -> None:
    issuer, investor = registered(gateway), registered(gateway)
    asset = good(issuer.issue(), 201)["ticker"]
    transfer = issuer.order(asset, investor, 40)
    assert (issuer.holdings(), investor.holdings()) == ({asset: 100}, {})
    assert good(issuer.settle(transfer))["state"] == "settled"
    assert (issuer.holdings(), investor.holdings()) == ({asset: 60}, {asset: 40})


def test_who_did_not_pass_compliance_neither_issues_nor_receives(gateway: Part) -> None:
    issuer, failed, unchecked = registered(gateway), registered(gateway, "US"), registered(gateway, check=False)
    asset = good(issuer.issue(), 201)["ticker"]
    for holder, sentence in (
        (failed, f"holder {failed.id} failed compliance: the country US is not served"),
        (unchecked, f"holder {unchecked.id} has not passed a compliance check yet"),
    ):
        assert refusal(holder.issue()) == (409, sentence)
        assert refusal(issuer.settle(issuer.order(asset, holder, 1))) == (409, sentence)
    assert issuer.holdings() == {asset: 100}


def test_nobody_transfers_more_than_they_hold(gateway: Part) -> None:
    issuer, investor = registered(gateway), registered(gateway)
    asset = good(issuer.issue(), 201)["ticker"]
    refused = issuer.settle(issuer.order(asset, investor, 101))
    assert refusal(refused) == (409, f"holder {issuer.id} has 100 of {asset}, which does not cover 101")
    assert (issuer.holdings(), investor.holdings()) == ({asset: 100}, {})


def test_an_order_settles_once_however_often_it_is_asked(gateway: Part) -> None:
    issuer, investor = registered(gateway), registered(gateway)
    asset = good(issuer.issue(), 201)["ticker"]
    transfer = issuer.order(asset, investor, 40)
    with ThreadPoolExecutor() as callers:
        answers = list(callers.map(issuer.settle, [transfer] * 4))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert refusal(issuer.settle(transfer)) == (409, f"transfer {transfer} is already settled")
    assert investor.holdings() == {asset: 40}


@pytest.mark.parametrize(
    ("changed", "status", "sentence"),
    [
        ({"ticker": "gold"}, 409, 'the ticker "gold" is not 3 to 12 capital letters and digits'),
        ({"quantity": 0}, 409, "an issue of 0 units is not possible: issue at least one"),
        ({"price": 1e27}, 409, "an issue worth more than 1000000000000000 roubles is not possible"),
        ({"quantity": 1.5}, 400, f"{NOT_EXPECTED}$.quantity, line 1"),
        ({"name": ""}, 400, '"name" is missing'),
        ({"name": "n" * 201}, 400, '"name" is longer than 200 characters'),
        ({"issuer": "."}, 409, "holder . has not passed a compliance check yet"),
    ],
)
def test_an_issue_that_breaks_a_rule_is_refused(
    gateway: Part, changed: Mapping[str, object], status: int, sentence: str
) -> None:
    before = good(gateway.get("/api/issuance/assets"))
    assert refusal(registered(gateway).issue(**changed)) == (status, sentence)
    assert good(gateway.get("/api/issuance/assets")) == before


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", [b"", b"no JSON", b"[]", b'"text"', b"a=b", b"[" * 200, b"\xff"])
def test_what_is_not_the_expected_json_is_refused(gateway: Part, path: str, body: bytes) -> None:
    assert refusal(gateway.ask("POST", f"/api/{path}", content=body)) == (400, f"{NOT_EXPECTED}$, line 1")


def test_portals_show_what_the_exchange_knows(services: Stand, gateway: Part) -> None:
    issuer, investor, failed = registered(gateway), registered(gateway), registered(gateway, "US")
    asset = good(issuer.issue(), 201)
    good(issuer.settle(issuer.order(asset["ticker"], investor, 40)))
    for portal, path, shown in (
        ("portal-issuer", "/", (asset["ticker"], asset["name"], issuer.name, "100,050.00")),
        ("portal-investor", f"/?holder={investor.id}", (asset["ticker"], asset["name"], "40", "40,020.00")),
        ("backoffice", "/", (investor.name, investor.tax_id, failed.name, "the country US is not served")),
        ("backoffice", "/transfers", (asset["ticker"], issuer.name, investor.name, "settled")),
    ):
        _, cookies = visit(services, portal)
        page = services[portal].ask("GET", path, cookies=cookies)
        assert page.status_code == 200
        assert [text for text in (*shown, "Maria Lebedeva", "stand dev") if text not in written(page.text)] == []


@pytest.mark.parametrize("name", PORTALS)
def test_a_portal_is_told_when_it_starts_where_it_stands(services: Stand, name: str) -> None:
    issuer, public = "http://192.0.2.10:58080/realms/ois", "http://192.0.2.10:53001"
    with services.another(name, STAND_NAME="cfa2", OIDC_ISSUER=issuer, PUBLIC_URL=public) as portal:
        assert good(portal.get("/config")) == {"publicUrl": public, "issuer": issuer, "client": name, "stand": "cfa2"}
        assert "stand cfa2" in written(portal.get("/nothing").text)


@pytest.mark.parametrize("name", PORTALS)
def test_a_portal_that_was_told_nothing_names_all_that_it_lacks(services: Stand, name: str) -> None:
    with services.another(name, OIDC_ISSUER="", PUBLIC_URL="", SESSION_SECRET="") as portal:
        page = portal.get("/auth/login")
        assert page.status_code == 500
        assert "OIDC_ISSUER is not set; PUBLIC_URL is not set; SESSION_SECRET is not set." in page.text
        assert good(portal.get("/health")) == {"status": "ok"}


def test_a_form_of_a_portal_works_before_any_script_does(services: Stand, gateway: Part) -> None:
    entered = {"name": "By a form", "taxId": "7701234567", "country": "RU", "born": ""}
    first, cookies = visit(services, "backoffice")
    fields = {**hidden_fields(first.text, button="Register"), **entered}
    sent = {name: (None, value) for name, value in fields.items()}
    page = services["backoffice"].ask("POST", "/", files=sent, cookies=cookies)
    holder = next(each for each in good(gateway.get("/api/identity/holders")) if each["name"] == "By a form")
    assert f"By a form is registered as {holder['id']}." in written(page.text)


@pytest.mark.every
def test_a_change_of_a_shared_package_is_in_the_next_image(sample: Tiny, nine: Nine) -> None:
    assert "backoffice" in nine  # built before: what Next.js keeps of that build must not hide the change
    repository, functions = sample
    frame = "sample/packages/portal/src/frame.tsx"
    repository.write(frame, (repository.root / frame).read_text(encoding="utf-8").replace(">stand {", ">changed {"))
    search = ["grep", "--recursive", "--files-with-matches", "changed ", ".next/server"]
    assert ".js" in functions.container(
        OisCfa.build, lambda portal: portal.with_exec(search).stdout(), service="backoffice"
    )


@pytest.mark.parametrize("name", PORTALS)
def test_a_portal_without_its_gateway_says_so(services: Stand, name: str) -> None:
    _, cookies = visit(services, name)
    with services.another(name, GATEWAY_URL="http://127.0.0.1:18080") as portal:
        page = portal.ask("GET", "/", cookies=cookies)
    assert page.status_code == 200
    assert "the gateway does not answer at http://127.0.0.1:18080" in written(page.text)


@pytest.mark.parametrize("name", NAMES)
def test_a_service_ends_when_it_is_told_to(services: Stand, name: str) -> None:
    with services.another(name) as part:
        assert part.stop() in {0, 143}
