"""The table of stages that make a local engine from the language registries."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from bootstrap import engine, mirror, recipes
from bootstrap.command import output
from bootstrap.products import Folder, Image, Published, Running
from bootstrap.recipes import ENGINE, IMAGES, Context
from bootstrap.settings import Settings
from bootstrap.stages import Stage
from bootstrap.workshop import Workshop

DOTNET = "3.1.1007"
KEYCLOAK = "26.7.3"
KEYCLOAK_SHA256 = "77657f30b7e90d70f727712ce1c967f430fd6a5e9f458d32d8c6df0635345f47"
MIRRORED = {
    "debian": ("library/debian", ("bookworm-slim",)),
    "python": ("library/python", ("3.11-slim",)),
    "node": ("library/node", ("20-bookworm-slim", "20-alpine")),
    "dotnet-sdk": ("dotnet/sdk", ("3.1",)),
    "dotnet-aspnet": ("dotnet/aspnet", ("3.1",)),
    "postgres": ("library/postgres", ("16",)),
    "keycloak": ("keycloak/keycloak", (KEYCLOAK,)),
    "docker-cli": ("library/docker", ("29-cli",)),
}


def stages(settings: Settings) -> Sequence[Stage]:
    """Everything that the local engine is made of, in the order in which it is best begun."""
    return (
        _programs(settings),
        *_bases(settings),
        *_mirror(),
        *_slots(settings),
        *_engine(settings),
    )


def _programs(settings: Settings) -> Stage:
    return Stage(
        name="programs",
        doing="compile the engine and its CLI",
        expect="4 to 8 min",
        product=Folder("programs", settings.cache),
        make=partial(recipes.programs, version=settings.version),
        inputs=(
            settings.version,
            recipes.go("GOVERSION"),
            *(ENGINE / name for name in ("go.mod", "go.sum", "standins", "entrypoint")),
        ),
    )


def _bases(settings: Settings) -> Iterator[Stage]:
    yield _debian("debian", "bookworm", ("git", "openssh-client"))
    yield _image("mirror", context=lambda _: IMAGES / "mirror", inputs=(IMAGES / "mirror",))
    yield Stage(
        name="mirror-running",
        doing="start the mirror",
        expect="a second",
        product=Running(mirror.CONTAINER),
        make=mirror.start,
        needs=("mirror",),
    )
    yield _debian("debian-11", "bullseye", ("libssl1.1",))  # the .NET that npm carries needs it
    yield _image("engine-base")
    yield Stage(
        name="dotnet",
        doing="download the .NET SDK from npm",
        expect="about 30 s",
        product=Folder("dotnet", settings.cache),
        make=partial(recipes.dotnet, release=DOTNET),
        inputs=(DOTNET,),
    )
    yield _image("dotnet-sdk", base="debian-11", context=_dotnet, needs=("dotnet",))
    yield _image("dotnet-aspnet", base="debian-11", context=_dotnet, needs=("dotnet",))
    yield _image("python", context=recipes.uv)
    machine = (output("node", "--version"), output("npm", "--version"))
    yield _image("node", context=recipes.node, inputs=machine)
    yield _image("postgres", context=lambda _: IMAGES / "postgres", inputs=(IMAGES / "postgres",))
    yield _image(
        "keycloak",
        context=partial(recipes.keycloak, release=KEYCLOAK, sha256=KEYCLOAK_SHA256),
        inputs=(KEYCLOAK, KEYCLOAK_SHA256),
    )
    yield _image("docker-cli")


def _mirror() -> Iterator[Stage]:
    for image, (repository, tags) in MIRRORED.items():
        yield Stage(
            name=f"publish-{image}",
            doing=f"put {repository}:{tags[0]} into the mirror",
            expect="about 10 s",
            product=Published(mirror.HOST, repository),
            make=partial(mirror.publish, image=image, repository=repository, tags=tags),
            inputs=tags,
            needs=(image, "mirror-running"),
        )


def _slots(settings: Settings) -> Iterator[Stage]:
    yield _image("go", context=recipes.go_root, inputs=(recipes.go("GOVERSION"), *recipes.UNUSED))
    yield Stage(
        name="go-caches",
        doing="warm the caches of the engine's Go slot",
        expect="about 1 min",
        product=Folder("go-caches", settings.cache),
        make=recipes.go_caches,
        inputs=(
            ENGINE / "warm",
            ENGINE / "goproxy",
            *(ENGINE / "python-sdk" / "runtime" / f"go.{kind}" for kind in ("mod", "sum")),
        ),
        needs=("go",),
    )
    yield _image("python-sdk", base=None, context=lambda _: ENGINE / "python-sdk", inputs=(ENGINE / "python-sdk",))
    yield _image("go-sdk", base="go", context=recipes.go_slot, needs=("programs", "go-caches"))
    yield Stage(
        name="content",
        doing="pack the slots for the engine",
        expect="about 20 s",
        product=Folder("content", settings.cache),
        make=recipes.content,
        needs=("go-sdk", "python-sdk"),
    )


def _engine(settings: Settings) -> Iterator[Stage]:
    yield _image("engine", base="engine-base", context=lambda shop: shop.folder("programs"), needs=("programs",))
    yield Stage(
        name=settings.container,
        doing=f"start the engine {settings.container}",
        expect="a few seconds",
        product=Running(settings.container),
        make=partial(engine.start, settings=settings),
        inputs=(*engine.certificates(settings), str(engine.CONFIGURATION), *engine.ARGUMENTS),
        needs=("engine", "content", "mirror-running"),
    )


def _debian(name: str, suite: str, packages: tuple[str, ...]) -> Stage:
    return Stage(
        name=name,
        doing=f"debootstrap Debian {suite}",
        expect="about 1 min",
        product=Image(name),
        make=partial(recipes.debian, suite=suite, packages=packages),
        inputs=(suite, recipes.TRUST, recipes.STAND_IN, *packages),
    )


def _image(
    name: str,
    *,
    base: str | None = "debian",
    context: Context = recipes.empty,
    inputs: tuple[Path | str, ...] = (),
    needs: tuple[str, ...] = (),
) -> Stage:
    return Stage(
        name=name,
        doing=f"build the image {name}",
        expect="under a minute",
        product=Image(name),
        make=partial(recipes.dockerfile, base=base, context=context),
        inputs=(IMAGES / f"{name}.Dockerfile", *inputs),
        needs=(*((base,) if base else ()), *needs),
    )


def _dotnet(shop: Workshop) -> Path:
    return shop.folder("dotnet")
