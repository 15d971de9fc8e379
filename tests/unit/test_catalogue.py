import re
from pathlib import Path

import pytest

from ci.catalogue import Host, Service, Test, load
from ci.errors import UnknownService

REPOSITORY = Path(__file__).parents[2]
OURS = (REPOSITORY / "services.toml").read_text()

KIND = """\
[kinds.dotnet]
group = "backends"
dockerfile = "services/{name}/Dockerfile"
port = 8080
memory = "700MB"
seconds = 40
"""
IDENTITY = '[services.identity]\nkind = "dotnet"\npublished = 55001\n'
HOST = '[hosts.cfa2]\naddress = "192.0.2.10"\nuser = "ci"\ndirectory = "/srv/cfa"\ncompose = "./deploy/cfa2/"\n'
GOOD = KIND + IDENTITY  # lines 1 to 9


def test_the_services_are_those_of_the_exchange() -> None:
    assert [(s.name, s.group, s.dockerfile, s.port, s.published) for s in load(OURS).services] == [
        ("api-gateway", "backends", "apps/api-gateway/Dockerfile", 8080, 58081),
        ("identity", "backends", "services/identity/Dockerfile", 8080, 55001),
        ("issuance", "backends", "services/issuance/Dockerfile", 8080, 55005),
        ("registry", "backends", "services/registry/Dockerfile", 8080, 55006),
        ("settlement", "backends", "services/settlement/Dockerfile", 8080, 55007),
        ("compliance", "backends", "services/compliance/Dockerfile", 8080, 55008),
        ("portal-issuer", "portals", "apps/portal-issuer/Dockerfile", 3001, 53001),
        ("portal-investor", "portals", "apps/portal-investor/Dockerfile", 3002, 53002),
        ("backoffice", "portals", "apps/backoffice/Dockerfile", 3003, 53003),
    ]


def test_no_service_takes_more_than_six_lines() -> None:
    tables = re.findall(r"^\[services\..+\n(?:.+\n)*", OURS, re.MULTILINE)
    assert max(table.count("\n") for table in tables) <= 6


def test_a_service_takes_from_its_kind_what_it_does_not_say() -> None:
    assert load(GOOD).services == (
        Service(
            name="identity",
            kind="dotnet",
            group="backends",
            dockerfile="services/identity/Dockerfile",
            port=8080,
            published=55001,
            memory=700_000_000,
            seconds=40,
            place="services.toml:7",
        ),
    )


def test_a_service_overrides_its_kind() -> None:
    paths = 'dockerfile = "./x/{name}.Dockerfile"\ncontext = "x/{name}/"\n'
    others = 'group = "edge"\nport = 80\nmemory = "1GiB"\nseconds = 9\n'
    (service,) = load(GOOD + paths + others).services
    assert (service.group, service.dockerfile, service.context) == ("edge", "x/identity.Dockerfile", "x/identity")
    assert (service.port, service.memory, service.seconds) == (80, 2**30, 9)


def test_baked_arguments_are_arguments_too_and_are_named() -> None:
    text = KIND + 'baked = { URL = "dev" }\nargs = { A = "kind" }\n' + IDENTITY
    service = load(text).service("identity")
    assert (dict(service.args), service.baked) == ({"URL": "dev", "A": "kind"}, ("URL",))


def test_arguments_of_a_service_are_added_to_those_of_its_kind() -> None:
    text = KIND + 'args = { A = "kind", B = "kind" }\n' + IDENTITY + 'args = { B = "own", C = "own" }\n'
    assert load(text).service("identity").args == {"A": "kind", "B": "own", "C": "own"}


def test_a_service_is_tested_as_its_kind_says_unless_it_says_otherwise() -> None:
    text = KIND + '\n[kinds.dotnet.test]\ncommand = "run {name}"\n' + IDENTITY
    assert load(text).service("identity").test == Test(
        command="run identity", stage="test", reports="/reports", memory=700_000_000, deadline=600
    )
    own = '\n[services.identity.test]\ncommand = "own"\nstage = "checked"\nreports = "/out"\nmemory = "1GB"\n'
    assert load(text + own).service("identity").test == Test(
        command="own", stage="checked", reports="/out", memory=10**9, deadline=600
    )


def test_a_build_is_given_up_after_ten_minutes_or_ten_times_the_usual_or_as_the_catalogue_says() -> None:
    identity = load(KIND + IDENTITY).service("identity")
    assert (identity.ends_after(20), identity.ends_after(90)) == (600, 900)
    assert load(KIND + "deadline = 30\n" + IDENTITY).service("identity").ends_after(90) == 30


def test_a_host_is_read() -> None:
    assert load(GOOD + HOST).host("cfa2") == Host(
        name="cfa2",
        address="192.0.2.10",
        user="ci",
        directory="/srv/cfa",
        compose="deploy/cfa2",
        place="services.toml:10",
    )


def test_the_root_is_the_folder_of_the_file_unless_it_is_said() -> None:
    assert (load(GOOD).root, load('root = "./sample/"\n' + GOOD).root) == (".", "sample")


def test_a_catalogue_can_be_a_key() -> None:
    assert hash(load(OURS)) == hash(load(OURS))


@pytest.mark.parametrize(
    ("only", "names"),
    [
        ([], "api-gateway identity issuance registry settlement compliance portal-issuer portal-investor backoffice"),
        (["portals"], "portal-issuer portal-investor backoffice"),
        (["registry", "identity"], "identity registry"),
        (["registry,identity"], "identity registry"),
        (["backoffice, portals"], "portal-issuer portal-investor backoffice"),
    ],
)
def test_names_and_groups_select_in_the_order_of_the_file(only: list[str], names: str) -> None:
    assert " ".join(service.name for service in load(OURS).select(only)) == names


def test_every_unknown_selection_is_told_at_once() -> None:
    with pytest.raises(UnknownService) as refused:
        load(OURS).select(["portalz,identity", "zzz"])
    names = " ".join(service.name for service in load(OURS).services).replace(" ", ", ")
    assert refused.value.faults == (
        'no service or group "portalz" in the catalogue; did you mean "portals"? (groups: backends, portals)',
        f'no service or group "zzz" in the catalogue; known are {names} (groups: backends, portals)',
    )


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("identiy", 'no service "identiy" in the catalogue; did you mean "identity"?'),
        ("zzz", 'no service "zzz" in the catalogue; known are identity'),
    ],
)
def test_an_unknown_service_is_refused(name: str, fault: str) -> None:
    with pytest.raises(UnknownService) as refused:
        load(GOOD).service(name)
    assert refused.value.faults == (fault,)


def test_an_unknown_host_is_refused() -> None:
    with pytest.raises(UnknownService, match=r'^no host "cfa" in the catalogue; did you mean "cfa2"\?$'):
        load(GOOD + HOST).host("cfa")
