"""A copy of this repository that a test may change."""

import shutil
import subprocess
from pathlib import Path
from secrets import token_hex
from typing import Final

from attrs import field, frozen

ROOT: Final = Path(__file__).parents[2]
TAKEN_OVER: Final = ("ci", "bootstrap", "daggerw", "dagger.json", "pyproject.toml", "services.schema.json", ".env")
SMALL: Final = """\
root = "small"

[kinds.tiny]
group = "tiny"
dockerfile = "{name}/Dockerfile"
context = "{name}"
port = 80
memory = "100MB"
seconds = 1
"""


@frozen
class Repository:
    """`root` is where `dagger call` is run; `seed` makes what is built here new to every engine and registry."""

    root: Path
    seed: str = field(factory=lambda: token_hex(4))

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def append(self, path: str, text: str) -> None:
        self.write(path, (self.root / path).read_text(encoding="utf-8") + text)

    def replace(self, path: str, old: str, new: str) -> None:
        """Put a text in the place of another, which is there once."""
        text = (self.root / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path} has {text.count(old)} times {old}"
        self.write(path, text.replace(old, new))

    def remove(self, path: str) -> None:
        (self.root / path).unlink()

    def service(self, name: str, dockerfile: str) -> None:
        """A service of the small repository; its first file is `NAME/file`."""
        published = 20_000 + sum(1 for _ in (self.root / "small").glob("*/Dockerfile"))
        self.append("services.toml", f'\n[services.{name}]\nkind = "tiny"\npublished = {published}\n')
        self.write(f"small/{name}/Dockerfile", dockerfile)
        self.write(f"small/{name}/file", f"of {name}\n")


def copy(place: Path) -> Repository:
    """What git would commit of the working tree, with the modes that it has here."""
    listed = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, listed):
        if (ROOT / name).exists():  # it may be removed and not yet committed
            target = place / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target, follow_symlinks=False)
    return Repository(place)


def small(place: Path) -> Repository:
    """The module with a catalogue of its own, into which a test puts services that build in a second."""
    repository = copy(place)
    shutil.rmtree(place / "sample")
    return emptied(repository)


def inputs_alone(place: Path) -> Repository:
    """A small repository without services and without the module, for who calls its functions in this process."""
    repository = Repository(place)
    repository.write("services.toml", SMALL)
    return repository


def emptied(repository: Repository) -> Repository:
    """A small repository without services, where the last test left its own: a known path is loaded in less time."""
    shutil.rmtree(repository.root / "small", ignore_errors=True)
    repository.write("services.toml", SMALL)
    return Repository(repository.root)


def adopted(place: Path) -> Repository:
    """A repository with nothing but the module, which it took over into a folder, as docs/adopt.md has it."""
    source = copy(place.with_name(f"{place.name}-source")).root
    (place / "pipeline").mkdir()
    for name in TAKEN_OVER:
        (shutil.copytree if (source / name).is_dir() else shutil.copy2)(source / name, place / "pipeline" / name)
    (place / "daggerw").symlink_to("pipeline/daggerw")
    _git("init", "--quiet", cwd=place)
    return Repository(place)


def duplicate(repository: Repository, place: Path) -> Repository:
    """The same files elsewhere, what is built of them too."""
    shutil.copytree(repository.root, place)
    return Repository(place, repository.seed)


def filled(repository: Repository, sample: Path) -> Repository:
    """The same, with the files of a sample where the last test left its own: a known path is loaded in less time."""
    for path in repository.root.iterdir():
        if path.name not in {".git", "daggerw", "pipeline"}:
            (shutil.rmtree if path.is_dir() else Path.unlink)(path)
    shutil.copytree(sample, repository.root, dirs_exist_ok=True)
    return Repository(repository.root)


def clone(place: Path, umask: int) -> Repository:
    """A clone as git makes it under a umask; GitLab's docker executor has 000."""
    source = committed(copy(place.with_name(f"{place.name}-source"))).root
    _git("clone", "--quiet", str(source), str(place), umask=umask)
    return Repository(place)


def committed(repository: Repository) -> Repository:
    """The same, as the only commit of a git repository."""
    for arguments in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "all")):
        _git("-c", "user.name=test", "-c", "user.email=test@example.com", *arguments, cwd=repository.root)
    return repository


def _git(*arguments: str, cwd: Path = ROOT, umask: int = 0o022) -> str:
    done = subprocess.run(  # noqa: S603  # arguments of our own
        ("git", *arguments),  # noqa: S607
        cwd=cwd,
        umask=umask,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
