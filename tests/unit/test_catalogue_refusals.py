import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci.catalogue import load
from ci.errors import CatalogueError

OURS = (Path(__file__).parents[2] / "services.toml").read_text()

KIND = """\
[kinds.dotnet]
group = "backends"
dockerfile = "services/{name}/Dockerfile"
port = 8080
memory = "700MB"
seconds = 40
"""
IDENTITY = '[services.identity]\nkind = "dotnet"\npublished = 55001\n'
HOST = '[hosts.cfa2]\naddress = "192.0.2.10"\nuser = "ci"\ndirectory = "/srv/cfa"\ncompose = "deploy/cfa2"\n'
GOOD = KIND + IDENTITY  # lines 1 to 9

NAMES = "must be lower-case letters and digits with - between them and a letter first: it names images and variables"
INSIDE = 'must be a relative path without "..", inside the root'
REPO = 'must be a relative path without "..", inside the repository'
SYNTAX = 'a line is a [table], key = "text" or key = 1'


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(CatalogueError) as refused:
        load(text)
    return refused.value.faults


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        pytest.param('memroy = "1GB"', 'unknown key "memroy"; did you mean "memory"?', id="unknown key"),
        pytest.param(
            "zzz = 1",
            'unknown key "zzz"; known are group, dockerfile, context, target, port, memory, seconds, deadline, health, '
            "version, sign_in, refused, test, args, baked, kind, published",
            id="unknown key, nothing near",
        ),
        pytest.param('memory = "big"', 'memory is "big", must be a size such as 2GB', id="not a size"),
        pytest.param(
            "memory = 2000000000", "memory is 2000000000, must be a size such as 2GB", id="size without quotes"
        ),
        pytest.param('port = "8080"', 'port is "8080", must be a whole number from 1 to 65535', id="number in quotes"),
        pytest.param("port = true", "port is true, must be a whole number from 1 to 65535", id="bool for a number"),
        pytest.param("port = 8080.0", "port is 8080.0, must be a whole number from 1 to 65535", id="not whole"),
        pytest.param("port = 0", "port is 0, must be a whole number from 1 to 65535", id="port too low"),
        pytest.param("port = 65536", "port is 65536, must be a whole number from 1 to 65535", id="port too high"),
        pytest.param(
            f"port = 0x{'f' * 5000}", "port is a huge number, must be a whole number from 1 to 65535", id="huge"
        ),
        pytest.param("port = [1]", "port is a list, must be a whole number from 1 to 65535", id="list"),
        pytest.param("port = 2026-01-01", 'port is "2026-01-01", must be a whole number from 1 to 65535', id="date"),
        pytest.param("seconds = 0", "seconds is 0, must be a whole number from 1 to 86400", id="no time"),
        pytest.param('group = "Backends"', f'group is "Backends", {NAMES}', id="bad group"),
        pytest.param(
            'dockerfile = "../Dockerfile"', f'dockerfile is "../Dockerfile", {INSIDE}', id="dockerfile outside"
        ),
        pytest.param('dockerfile = "/Dockerfile"', f'dockerfile is "/Dockerfile", {INSIDE}', id="absolute dockerfile"),
        pytest.param('context = "a/../../b"', f'context is "a/../../b", {INSIDE}', id="context outside"),
        pytest.param('context = ""', f'context is "", {INSIDE}', id="empty context"),
        pytest.param('args = "A=1"', 'args is "A=1", must be a table', id="arguments that are text"),
        pytest.param("args = { A = 1 }", "A is 1, must be text in quotes", id="argument that is a number"),
        pytest.param(
            'args = { A-B = "1" }',
            '"A-B" in [services.identity.args] must be letters, digits and _, as ARG wants it',
            id="bad argument name",
        ),
        pytest.param(f'group = "{"Q" * 99}"', f'group is "{"Q" * 59}…, {NAMES}', id="long value"),
        pytest.param("port = ", f"not TOML: Invalid value at column 8; {SYNTAX}", id="no value"),
        pytest.param("port = x", f"not TOML: Invalid value at column 8; {SYNTAX}", id="no quotes"),
        pytest.param(
            "published = 1",
            "services.identity.published is already on line 9; rename or remove one of them",
            id="key twice",
        ),
        pytest.param(
            "[services.identity]",
            "services.identity is already on line 7; rename or remove one of them",
            id="service twice",
        ),
        pytest.param("[service.other]", 'unknown key "service"; did you mean "services"?', id="unknown table"),
        pytest.param('[services.A]\nkind = "dotnet"\npublished = 1', f'"A" in [services] {NAMES}', id="bad name"),
        pytest.param(
            '[services.other]\nkind = "dotnet"\nhealth = "/"',
            'missing key "published", at which health is asked; add it to [services.other]',
            id="missing key",
        ),
        pytest.param(
            '[services.backends]\nkind = "dotnet"\npublished = 1',
            'service "backends" has the name of the group on line 2; rename one of them',
            id="name of a group",
        ),
    ],
)
def test_a_row_after_a_good_service_is_refused_with_its_line(row: str, fault: str) -> None:
    assert faults(f"{GOOD}{row}\n") == (f"services.toml:10: {fault}",)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param(
            "", "1: no service; add a table such as [services.identity] with its kind and published", id="empty"
        ),
        pytest.param(
            KIND, "1: no service; add a table such as [services.identity] with its kind and published", id="only a kind"
        ),
        pytest.param("services = 1\n", "1: services is 1, must be a table", id="services that are a number"),
        pytest.param(f"{GOOD}[hosts]\ncfa2 = 1\n", "11: cfa2 is 1, must be a table", id="host that is a number"),
        pytest.param(f'root = "../x"\n{GOOD}', f'1: root is "../x", {REPO}', id="root outside"),
        pytest.param(f'root = "/srv"\n{GOOD}', f'1: root is "/srv", {REPO}', id="absolute root"),
        pytest.param(
            GOOD.replace('kind = "dotnet"', 'kind = "dotnt"'),
            '8: unknown kind "dotnt"; did you mean "dotnet"?',
            id="kind",
        ),
        pytest.param(
            GOOD.replace('kind = "dotnet"', 'kind = "go"'),
            '8: unknown kind "go"; add the table [kinds.go]',
            id="new kind",
        ),
        pytest.param(
            GOOD.replace('memory = "700MB"\n', ""),
            '6: missing key "memory"; add it to [services.identity] or [kinds.dotnet]',
            id="missing in service and kind",
        ),
        pytest.param(
            GOOD + IDENTITY.replace("identity", "other"),
            "12: published is 55001, which identity on line 9 has already; give each service its own",
            id="port twice",
        ),
        pytest.param(
            GOOD + 'group = "identity"\n',
            '7: service "identity" has the name of the group on line 10; rename one of them',
            id="its own group",
        ),
        pytest.param(
            GOOD + HOST.replace("192.0.2.10", "cfa2"),
            '11: address is "cfa2", must be an IP address or a full name, for an engine cannot resolve a bare one',
            id="bare host name",
        ),
        pytest.param(
            GOOD + HOST.replace("/srv/cfa", "srv/cfa"),
            '13: directory is "srv/cfa", must be an absolute path such as /srv/cfa',
            id="relative directory on a host",
        ),
        pytest.param(
            f'{GOOD}{HOST}files = {{ ".env" = "deploy/env" }}\n',
            '15: ".env" in [hosts.cfa2.files] must be the name of a file beside docker-compose.yml and .env, '
            "without a folder",
            id="a file that is copied already",
        ),
        pytest.param(
            f'{GOOD}{HOST}[e2e]\nhost = "cfa3"\ncommand = "run"\n',
            '16: no host "cfa3"; did you mean "cfa2"?',
            id="the shape of no host",
        ),
        pytest.param(
            f'{GOOD}{HOST}[e2e]\nhost = "cfa2"\ncommand = "run"\nvariables = "x"\n',
            '18: variables is "x", must be a table',
            id="variables that are text",
        ),
        pytest.param(
            f'{GOOD}args = {{ A = "1" }}\nbaked = {{ A = "2" }}\n',
            '7: "A" is among args and among baked; leave it in one',
            id="an argument in both",
        ),
        pytest.param(
            GOOD + HOST.replace('user = "ci"\n', ""), '10: missing key "user"; add it to [hosts.cfa2]', id="no user"
        ),
        pytest.param(
            GOOD + "[a",
            f"10: not TOML: Expected ']' at the end of a table declaration (at end of document); {SYNTAX}",
            id="end",
        ),
    ],
)
def test_a_catalogue_is_refused_with_its_line(text: str, fault: str) -> None:
    assert faults(text) == (f"services.toml:{fault}",)


def test_every_fault_is_told_at_once_in_the_order_of_the_lines() -> None:
    other = IDENTITY.replace("identity", "other").replace("dotnet", "dotnt")
    third = IDENTITY.replace("identity", "third") + 'memroy = "1GB"\n'
    assert faults('rot = "."\n' + GOOD + other + third) == (
        'services.toml:1: unknown key "rot"; did you mean "root"?',
        'services.toml:12: unknown kind "dotnt"; did you mean "dotnet"?',
        "services.toml:13: published is 55001, which identity on line 10 has already; give each service its own",
        'services.toml:17: unknown key "memroy"; did you mean "memory"?',
    )


def test_a_broken_kind_does_not_accuse_its_services() -> None:
    assert faults(GOOD.replace("8080", '"8080"')) == (
        'services.toml:4: port is "8080", must be a whole number from 1 to 65535',
    )


@pytest.mark.parametrize("text", ["x = " + "[" * 5000, "x = " + "1" * 5000, "root" + ".a" * 1500 + " = 1"])
def test_the_limits_of_python_are_faults_of_the_file(text: str) -> None:
    assert len(faults(text)) >= 1


@given(st.text())
def test_any_text_is_a_catalogue_or_refused(text: str) -> None:
    assert _misplaced(text) == []


@given(st.data())
def test_any_change_of_a_line_is_a_catalogue_or_refused(data: st.DataObject) -> None:
    lines = OURS.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    token = st.sampled_from(
        [*re.findall(r"\S+", OURS), "[", "]", "{", "}", '"', "'''", "=", ".", "..", "0", "-1", "nan"]
    )
    lines[at : at + data.draw(st.integers(0, 2))] = [" ".join(data.draw(st.lists(token, max_size=5)))]
    assert _misplaced("\n".join(lines)) == []


def _misplaced(text: str) -> list[str]:
    """The faults that do not begin with a line of the text; anything but a CatalogueError goes through."""
    lines = {f"services.toml:{line}" for line in range(1, text.count("\n") + 2)}
    return [fault for fault in _faults_of_any(text) if fault.partition(": ")[0] not in lines]


def _faults_of_any(text: str) -> tuple[str, ...]:
    try:
        load(text)
    except CatalogueError as refused:
        return refused.faults
    return ()
