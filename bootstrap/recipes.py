"""How each product of the local engine is made."""

import hashlib
import platform
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bootstrap import web
from bootstrap.command import answer, output
from bootstrap.errors import BootstrapError
from bootstrap.workshop import Workshop, clear, made_folder

HERE = Path(__file__).resolve().parent
IMAGES = HERE / "images"
ENGINE = HERE / "engine"
DAGGER = "github.com/dagger/dagger"
CENTRAL = "https://repo1.maven.org/maven2"
DOWNLOAD_SECONDS = 300
STAND_IN = "ois-cfa.stand-in"  # label of all that is built on our Debian; ci/stand_ins.py reads it
UNUSED = ("testdata", "*_test.go", "*.zip")  # Go compiles without: a new engine unpacks half of the files
TRUST = IMAGES / "debian" / "update-ca-certificates"
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
Context = Callable[[Workshop], Path]


def empty(shop: Workshop) -> Path:
    """A build context for a Dockerfile that copies nothing."""
    return shop.scratch


def dockerfile(shop: Workshop, base: str | None, context: Context) -> None:
    """Build images/NAME.Dockerfile on a base of ours."""
    arguments = {"BASE": shop.image(base) if base else "", "GOPROXY": go("GOPROXY")}
    shop.run(
        *("docker", "build", "--quiet", "--network", "host", "--tag", shop.image(shop.name)),
        *("--file", str(IMAGES / f"{shop.name}.Dockerfile")),
        *(part for name, value in arguments.items() for part in ("--build-arg", f"{name}={value}")),
        str(context(shop)),
        environment={"DOCKER_BUILDKIT": "0"},  # Debian's Docker has no buildx
    )


def debian(shop: Workshop, suite: str, packages: Sequence[str]) -> None:
    """A small Debian from debootstrap; the program that collects its authorities is a faster one."""
    root, packed = shop.scratch / "root", shop.scratch / "root.tar"
    included = ",".join(("ca-certificates", *packages))
    shop.run("debootstrap", "--variant=minbase", f"--include={included}", suite, str(root))
    for rubbish in (*root.glob("var/cache/apt/archives/*.deb"), *root.glob("var/lib/apt/lists/*_*")):
        rubbish.unlink()
    shutil.copy2(TRUST, root / "usr/sbin")
    shop.run("tar", "--create", "--file", str(packed), "--directory", str(root), ".")
    shop.run("docker", "import", "--change", f"LABEL {STAND_IN}=yes", str(packed), shop.image(shop.name))


def programs(shop: Workshop, version: str) -> None:
    """The engine, its CLI and what they start, compiled from Go modules."""
    stamp = f"-X {DAGGER}/engine.Version={version} -X {DAGGER}/engine.Tag={version}"
    target = shop.scratch / "programs"
    target.mkdir()
    shop.run(
        *("go", "build", "-mod=readonly", "-tags", "dfexcludepatterns,dfparents", "-ldflags", f"-s -w {stamp}"),
        *("-o", f"{target}/"),
        *(f"{DAGGER}/cmd/{name}" for name in ("engine", "dagger", "init", "dnsname", "codegen", "dialstdio")),
        cwd=ENGINE,
        environment={  # static: the engine puts init into containers of any libc
            "CGO_ENABLED": "0",
            "GOFLAGS": "-buildvcs=false",
            "GOTOOLCHAIN": "local",
            "GOCACHE": str(shop.tools.cache / "go" / "build"),
            "GOMODCACHE": str(shop.tools.cache / "go" / "mod"),
        },
    )
    shutil.copy2(ENGINE / "entrypoint", target)
    keep(shop, target)


def go_root(shop: Workshop) -> Path:
    """A build context with the machine's own Go, without what it is tested and its commands are made with."""
    target = shop.scratch / "go"
    shutil.copytree(go("GOROOT"), target, symlinks=True, ignore=shutil.ignore_patterns(*UNUSED))
    for name in ("api", "doc", "test", "src/cmd"):
        shutil.rmtree(target / name, ignore_errors=True)  # a distribution may have it elsewhere
    return target


def go_caches(shop: Workshop) -> None:
    """The module and build caches of a Go module as the engine generates it."""
    target = shop.scratch / "go-caches"
    for name in ("mod", "build"):
        (target / name).mkdir(parents=True)
    answers = ENGINE / "goproxy"
    commit = next((answers / "dagger.io" / "dagger" / "@v").glob("*.info")).stem
    mounts = {
        target / "mod": "/go/pkg/mod",
        target / "build": "/root/.cache/go-build",
        answers: "/usr/local/share/goproxy:ro",
        ENGINE / "warm": "/warm:ro",
        ENGINE / "python-sdk" / "runtime": "/runtime:ro",
        AUTHORITIES: f"{AUTHORITIES}:ro",
    }
    shop.run(
        *("docker", "run", "--rm", "--init", "--network", "host"),  # without init, no signal ends a shell
        *(part for source, place in mounts.items() for part in ("--volume", f"{source}:{place}")),
        *("--env", f"GOPROXY=file:///usr/local/share/goproxy,{go('GOPROXY')}"),
        *("--env", "GONOSUMDB=dagger.io/*,github.com/dagger/*", "--env", "GOFLAGS=-modcacherw"),
        *(shop.image("go"), "/warm/fill", commit),
    )
    keep(shop, target)


def go_slot(shop: Workshop) -> Path:
    """The build context of the engine's Go slot."""
    shutil.copy2(shop.folder("programs") / "codegen", shop.scratch)
    shutil.copytree(ENGINE / "goproxy", shop.scratch / "goproxy")
    caches = shop.folder("go-caches")
    shutil.copytree(caches / "mod", shop.scratch / "mod", ignore=shutil.ignore_patterns(*UNUSED))
    shutil.copytree(caches / "build", shop.scratch / "build")
    return shop.scratch


def content(shop: Workshop) -> None:
    """The slots as an OCI layout: the engine looks them up there by digest."""
    target = shop.scratch / "content"
    for name in ("go-sdk", "python-sdk"):
        shop.run(
            *("skopeo", "copy", "--quiet", "--dest-oci-accept-uncompressed-layers"),
            *(f"docker-daemon:{shop.image(name)}", f"oci:{target}:{name}"),
        )
    keep(shop, target)


def dotnet(shop: Workshop, release: str) -> None:
    """The .NET SDK that npm carries."""
    cpu = {"x86_64": "x64", "aarch64": "arm64"}[platform.machine()]
    package = f"dotnet-sdk-{'.'.join(release.split('.')[:2])}-linux-{cpu}"
    shop.run("npm", "install", "--no-audit", "--no-fund", "--no-save", "--prefix", ".", f"{package}@{release}")
    keep(shop, shop.scratch / "node_modules" / package)


def uv(shop: Workshop) -> Path:
    """A build context with uv, from PyPI."""
    pip = (sys.executable, "-m", "pip") if answer(sys.executable, "-m", "pip", "--version") else ("pip3",)
    shop.run(*pip, "install", "--quiet", "--target", str(shop.scratch), "uv")
    return shop.scratch


def node(shop: Workshop) -> Path:
    """A build context with the machine's own node and npm."""
    found = shutil.which("node") or "node"
    shutil.copy2(Path(found).resolve(), shop.scratch / "node")
    shutil.copytree(Path(output("npm", "root", "--global")) / "npm", shop.scratch / "npm", symlinks=True)
    return shop.scratch


def keycloak(shop: Workshop, release: str, sha256: str) -> Path:
    """A build context with the distribution that Maven Central carries."""
    address = f"{CENTRAL}/org/keycloak/keycloak-quarkus-dist/{release}/keycloak-quarkus-dist-{release}.tar.gz"
    packed = web.get(address, DOWNLOAD_SECONDS)
    if hashlib.sha256(packed).hexdigest() != sha256:
        raise BootstrapError(f"{address} does not have the checksum that is known of it: it was not used")
    archive = shop.scratch / "keycloak.tar.gz"
    archive.write_bytes(packed)
    shop.run("tar", "--extract", "--file", str(archive), "--no-same-owner")
    return shop.scratch / f"keycloak-{release}"


def go(variable: str) -> str:
    """A setting of the machine's Go."""
    return output("env", "GOTOOLCHAIN=local", "go", "env", variable)  # whatever a go.mod of the caller's folder says


def keep(shop: Workshop, finished: Path) -> None:
    """Move a finished folder to its place, in one step."""
    place = made_folder(shop.tools.cache, shop.name, shop.key)
    place.parent.mkdir(exist_ok=True)
    clear(place)
    finished.rename(place)
