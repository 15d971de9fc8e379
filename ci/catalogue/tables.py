"""The tables of services.toml, as they are written, and their values; an editor shows the descriptions."""

from collections.abc import Mapping
from posixpath import normpath
from typing import Annotated, Any

from attrs import field, frozen

from ci.catalogue.shape import Text, Whole
from ci.size import PATTERN

_INSIDE = r"(?!/)(?!(?:.*/)?\.\.(?:/|$))[^\x00-\x1f]+"

Name = Annotated[
    str,
    Text(
        r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*",
        "be lower-case letters and digits with single . _ or - between them, as registries want it",
    ),
]
PathInRepository = Annotated[str, Text(_INSIDE, 'be a relative path without "..", inside the repository')]
PathInRoot = Annotated[str, Text(_INSIDE, 'be a relative path without "..", inside the root')]
FileName = Annotated[
    str,
    Text(
        r"(?!\.env$|docker-compose\.yml$|-|\.{1,2}$)[^/\x00-\x1f]+",
        "be the name of a file beside docker-compose.yml and .env, without a folder",
    ),
]
UrlPath = Annotated[str, Text(r"/[^\s?#]*", "be a path such as /health")]
PathOnHost = Annotated[str, Text(r"(?:/[^/]+)+", "be an absolute path such as /srv/cfa")]
Address = Annotated[
    str,
    Text(
        r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+",
        "be an IP address or a full name, for an engine cannot resolve a bare one",
    ),
]
User = Annotated[str, Text(r"[A-Za-z_][0-9A-Za-z_.-]*", "be a login name such as deploy")]
StageName = Annotated[str, Text(r"[A-Za-z][0-9A-Za-z_.-]*", "be the name of a stage, such as test")]
Line = Annotated[str, Text(r"[^\x00-\x1f]*\S[^\x00-\x1f]*", "be one line of text")]
ArgumentName = Annotated[str, Text(r"[A-Za-z_][0-9A-Za-z_]*", "be letters, digits and _, as ARG wants it")]
ArgumentValue = Annotated[str, Text(r"[\s\S]*", "be text in quotes")]
Size = Annotated[str, Text(PATTERN, "be a size such as 2GB")]
Port = Annotated[int, Whole(1, 65_535)]
Seconds = Annotated[int, Whole(1, 86_400)]


def _says(description: str, **schema: object) -> dict[str, Any]:
    return {"description": description, **schema}


@frozen(kw_only=True)
class TestTable:
    """How the services of a kind are tested; a service's own table takes the place of the whole."""

    command: Line = field(
        metadata=_says("What runs the tests in the stage, read by sh; {name} stands for the service's name.")
    )
    stage: StageName = field(
        default="test", metadata=_says("The Dockerfile's stage that holds what the command needs; test by default.")
    )
    reports: PathOnHost = field(
        default="/reports",
        metadata=_says("The folder in which the command leaves JUnit and Cobertura files; /reports by default."),
    )
    memory: Size | None = field(
        default=None, metadata=_says("What the tests take at most, their build too; what a build takes by default.")
    )


@frozen(kw_only=True)
class KindTable:
    """What the services of one kind have in common; a service's own table overrides it."""

    group: Name | None = field(default=None, metadata=_says("Selects the services together, as in --only portals."))
    dockerfile: PathInRoot | None = field(
        default=None, metadata=_says("The Dockerfile, relative to the root; {name} stands for the service's name.")
    )
    context: PathInRoot | None = field(
        default=None,
        metadata=_says(
            "The folder that COPY reads from, relative to the root, which it is by default; may hold {name}."
        ),
    )
    port: Port | None = field(default=None, metadata=_says("The port that the service listens on in its container."))
    memory: Size | None = field(
        default=None, metadata=_says("What one build takes at most, such as 700MB: its share of --memory.")
    )
    seconds: Seconds | None = field(
        default=None, metadata=_says("What a cold build takes, roughly: the longest start first.")
    )
    health: UrlPath | None = field(
        default=None, metadata=_says("The path that answers 200 when the service is well, such as /health.")
    )
    version: UrlPath | None = field(
        default=None, metadata=_says("The path whose answer holds IMAGE_REF, by which a deploy knows what answers.")
    )
    sign_in: UrlPath | None = field(
        default=None, metadata=_says("The path of a portal that people see when they have signed in; smoke does so.")
    )
    refused: Line | None = field(
        default=None, metadata=_says("What that page has in it only when something failed behind the portal.")
    )
    test: TestTable | None = field(default=None, metadata=_says("How the services are tested; not at all without it."))
    args: Mapping[ArgumentName, ArgumentValue] = field(
        factory=dict, metadata=_says("Build arguments; a service's own are added to those of its kind. No secrets.")
    )
    baked: Mapping[ArgumentName, ArgumentValue] = field(
        factory=dict,
        metadata=_says("Build arguments with values of one environment: `plan` says that the image is bound to it."),
    )


@frozen(kw_only=True)
class ServiceTable(KindTable):
    """One service; its image has the same name."""

    kind: Name = field(metadata=_says("The table of [kinds] that this service takes its defaults from."))
    published: Port = field(metadata=_says("The port on the hosts, a different one for each service."))


@frozen(kw_only=True)
class SmokeTable:
    """Who signs in at a host's portals to see that people can."""

    user: Line = field(metadata=_says("The user's name; needs the roles of every portal."))
    password: Line = field(
        repr=False, metadata=_says("The password, as public as this file: only of a user who is there for tests.")
    )


@frozen(kw_only=True)
class HostTable:
    """One Docker host that a person prepared."""

    address: Address = field(metadata=_says("An IP address or a full name, as the engine sees it."))
    port: Port = field(default=22, metadata=_says("The port of SSH; 22 by default."))
    user: User = field(metadata=_says("Who logs in; may use Docker."))
    directory: PathOnHost = field(metadata=_says("Where the compose file lies on the host."))
    stable_for: Seconds = field(
        default=12, metadata=_says("How long a release must stay well before it counts; 12 by default.")
    )
    healthy_within: Seconds = field(
        default=120, metadata=_says("In which time each wave of a release must be well; 120 by default.")
    )
    pull_within: Seconds = field(
        default=600, metadata=_says("In which time each attempt to pull an image must end; 600 by default.")
    )
    compose: PathInRepository = field(
        converter=normpath, metadata=_says("The folder in git with the compose file, its variables and known_hosts.")
    )
    files: Mapping[FileName, PathInRepository] = field(
        factory=dict,
        hash=False,
        metadata=_says("What lies beside the compose file on the host: its name there, and where it is in git."),
    )
    smoke: SmokeTable | None = field(default=None, metadata=_says("Who signs in for smoke; nobody without it."))


@frozen(kw_only=True)
class EndToEnd:
    """The tests of the whole: all services together, as one host runs them."""

    host: Name = field(metadata=_says("The host whose compose file gives the whole its shape."))
    context: PathInRoot = field(
        default="e2e", metadata=_says("The folder with the tests and their Dockerfile, from the root; e2e by default.")
    )
    command: Line = field(metadata=_says("What runs the tests in a container of that Dockerfile, read by sh."))
    smoke: Line = field(default="", metadata=_says("As command, for a live host: only tests that write nothing there."))
    reports: PathOnHost = field(
        default="/reports", metadata=_says("The folder in which the command leaves JUnit; /reports by default.")
    )
    variables: Mapping[ArgumentName, ArgumentValue] = field(
        factory=dict, hash=False, metadata=_says("Values in place of the host's .env.dev; the tests see them too.")
    )


@frozen(kw_only=True)
class File:
    """Every service and host of the monorepo."""

    root: PathInRepository = field(
        default=".",
        converter=normpath,
        metadata=_says("The folder that holds the services, relative to this file; its own by default."),
    )
    kinds: Mapping[Name, KindTable] = field(factory=dict, metadata=_says("Defaults, by kind of service."))
    services: Mapping[Name, ServiceTable] = field(
        factory=dict, metadata=_says("What is built, in the order of every table and report.", minProperties=1)
    )
    hosts: Mapping[Name, HostTable] = field(factory=dict, metadata=_says("Where the services run."))
    e2e: EndToEnd | None = field(default=None, metadata=_says("How the whole is tested; not at all without it."))
