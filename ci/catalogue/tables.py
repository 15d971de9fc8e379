"""The tables of services.toml, as they are written, and their values; an editor shows the descriptions."""

from collections.abc import Mapping
from typing import Annotated

from attrs import field, frozen

from ci.catalogue.shape import text, whole
from ci.size import PATTERN

USUAL_STAGE = "test"
_INSIDE = r"(?!/)(?!(?:.*/)?\.\.(?:/|$))[^\x00-\x1f]+"

Name = Annotated[
    str,
    text(
        r"[a-z][a-z0-9]*(?:-+[a-z0-9]+)*",
        "be lower-case letters and digits with - between them and a letter first: it names images and variables",
    ),
]
PathInRepository = Annotated[str, text(_INSIDE, 'be a relative path without "..", inside the repository')]
PathInRoot = Annotated[str, text(_INSIDE, 'be a relative path without "..", inside the root')]
FileName = Annotated[
    str,
    text(
        r"(?!\.env$|docker-compose\.yml$|-|\.{1,2}$)[^/\x00-\x1f]+",
        "be the name of a file beside docker-compose.yml and .env, without a folder",
    ),
]
UrlPath = Annotated[str, text(r"/[^\s?#]*", "be a path such as /health")]
PathOnHost = Annotated[str, text(r"(?:/[^/]+)+", "be an absolute path such as /srv/cfa")]
Address = Annotated[
    str,
    text(
        r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+",
        "be an IP address or a full name, for an engine cannot resolve a bare one",
    ),
]
User = Annotated[str, text(r"[A-Za-z_][0-9A-Za-z_.-]*", "be a login name such as deploy")]
StageName = Annotated[str, text(r"[A-Za-z][0-9A-Za-z_.-]*", "be the name of a stage, such as test")]
Line = Annotated[str, text(r"[^\x00-\x1f]*\S[^\x00-\x1f]*", "be one line of text")]
ArgumentName = Annotated[str, text(r"[A-Za-z_][0-9A-Za-z_]*", "be letters, digits and _, as ARG wants it")]
ArgumentValue = Annotated[str, text(r"[\s\S]*", "be text in quotes")]
Arguments = Mapping[ArgumentName, ArgumentValue]
Size = Annotated[str, text(PATTERN, "be a size such as 2GB")]
Port = Annotated[int, whole(65_535)]
Seconds = Annotated[int, whole(86_400)]


@frozen(kw_only=True)
class TestTable:
    """How the services of a kind are tested; a service's own table takes the place of the whole."""

    command: Annotated[Line, "What runs the tests in the stage, read by sh; {name} stands for the service's name."]
    stage: Annotated[StageName, "The Dockerfile's stage that holds what the command needs; test by default."] = (
        USUAL_STAGE
    )
    reports: Annotated[
        PathOnHost, "The folder in which the command leaves JUnit and Cobertura files; /reports by default."
    ] = "/reports"
    memory: Annotated[
        Size | None,
        "What the tests take at most, their build too; what a build takes by default.",
    ] = None


@frozen(kw_only=True)
class KindTable:
    """What the services of one kind have in common; a service's own table overrides it."""

    group: Annotated[Name | None, "Selects the services together, as in --only portals."] = None
    dockerfile: Annotated[
        PathInRoot | None, "The Dockerfile, relative to the root; {name} stands for the service's name."
    ] = None
    context: Annotated[
        PathInRoot | None,
        "The folder that COPY reads from, relative to the root, which it is by default; may hold {name}.",
    ] = None
    target: Annotated[StageName | None, "The Dockerfile's stage that is the image; the last one by default."] = None
    port: Annotated[Port | None, "The port that the service listens on in its container."] = None
    memory: Annotated[Size | None, "What one build takes at most, such as 700MB: its share of --memory."] = None
    seconds: Annotated[Seconds | None, "What a cold build takes, roughly: the longest start first."] = None
    deadline: Annotated[
        Seconds | None,
        "After how many seconds a build or its tests are given up; 600, or ten times the usual, by default.",
    ] = None
    health: Annotated[UrlPath | None, "The path that answers 200 when the service is well, such as /health."] = None
    version: Annotated[
        UrlPath | None, "The path whose answer holds IMAGE_REF, by which a deploy knows what answers."
    ] = None
    sign_in: Annotated[
        UrlPath | None, "The path of a portal that people see when they have signed in; smoke does so."
    ] = None
    refused: Annotated[Line | None, "What that page has in it only when something failed behind the portal."] = None
    test: Annotated[TestTable | None, "How the services are tested; not at all without it."] = None
    args: Annotated[Arguments, "Build arguments; a service's own are added to those of its kind. No secrets."] = field(
        factory=dict
    )
    baked: Annotated[
        Arguments, "Build arguments with values of one environment: `plan` says that the image is bound to it."
    ] = field(factory=dict)


@frozen(kw_only=True)
class ServiceTable(KindTable):
    """One service; its image has the same name."""

    kind: Annotated[Name, "The table of [kinds] that this service takes its defaults from."]
    published: Annotated[
        Port | None, "The port on the hosts, a different one for each service; none where nobody asks it."
    ] = None


@frozen(kw_only=True)
class SmokeTable:
    """Who signs in at a host's portals to see that people can."""

    user: Annotated[Line, "The user's name; needs the roles of every portal."]
    password: Annotated[Line, "The password, as public as this file: only of a user who is there for tests."] = field(
        repr=False
    )


@frozen(kw_only=True)
class HostTable:
    """One Docker host that a person prepared."""

    address: Annotated[Address, "An IP address or a full name, as the engine sees it."]
    port: Annotated[Port, "The port of SSH; 22 by default."] = 22
    user: Annotated[User, "Who logs in; may use Docker."]
    directory: Annotated[PathOnHost, "Where the compose file lies on the host."]
    stable_for: Annotated[Seconds, "How long a release must stay well before it counts; 12 by default."] = 12
    healthy_within: Annotated[Seconds, "In which time each wave of a release must be well; 120 by default."] = 120
    pull_within: Annotated[Seconds, "In which time each attempt to pull an image must end; 600 by default."] = 600
    compose: Annotated[PathInRepository, "The folder in git with the compose file, its variables and known_hosts."]
    files: Annotated[
        Mapping[FileName, PathInRepository],
        "What lies beside the compose file on the host: its name there, and where it is in git.",
    ] = field(factory=dict, hash=False)
    smoke: Annotated[SmokeTable | None, "Who signs in for smoke; nobody without it."] = None


@frozen(kw_only=True)
class EndToEnd:
    """The tests of the whole: all services together, as one host runs them."""

    host: Annotated[Name, "The host whose compose file gives the whole its shape."]
    context: Annotated[
        PathInRoot,
        "The folder with the tests and their Dockerfile, from the root; e2e by default.",
    ] = "e2e"
    command: Annotated[Line, "What runs the tests in a container of that Dockerfile, read by sh."]
    smoke: Annotated[Line, "As command, for a live host: only tests that write nothing there."] = ""
    reports: Annotated[PathOnHost, "The folder in which the command leaves JUnit; /reports by default."] = "/reports"
    deadline: Annotated[Seconds, "After how many seconds the tests are given up; 1800 by default."] = 1800
    variables: Annotated[Arguments, "Values in place of the host's .env.dev; the tests see them too."] = field(
        factory=dict, hash=False
    )


@frozen(kw_only=True)
class File:
    """Every service and host of the monorepo."""

    root: Annotated[
        PathInRepository, "The folder that holds the services, relative to this file; its own by default."
    ] = "."
    kinds: Annotated[Mapping[Name, KindTable], "Defaults, by kind of service."] = field(factory=dict)
    services: Annotated[Mapping[Name, ServiceTable], "What is built, in the order of every table and report."] = field(
        factory=dict, metadata={"minProperties": 1}
    )
    hosts: Annotated[Mapping[Name, HostTable], "Where the services run."] = field(factory=dict)
    e2e: Annotated[EndToEnd | None, "How the whole is tested; not at all without it."] = None
