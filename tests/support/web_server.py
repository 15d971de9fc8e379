"""A small HTTP server of the tests: a function says what it answers, a list tells what it was asked."""

import hashlib
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Event, Thread
from typing import Final

from attrs import field, frozen

from bootstrap.settings import pinned_version

VERSION: Final = pinned_version()
RELEASES: Final = f"/dagger/releases/{VERSION.removeprefix('v')}"


@frozen
class Asked:
    """One request."""

    method: str
    path: str
    authorization: str


@frozen
class Answer:
    """`length` may lie about the body: the connection is closed after it."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(factory=dict)
    length: int | None = None


@frozen
class Silence:
    """No answer while the server is there."""


Answers = Callable[[Asked], Answer | Silence]


@frozen
class WebServer:
    """`address` is its host and port, for plain HTTP."""

    address: str
    asked: list[Asked] = field(factory=list)

    @property
    def url(self) -> str:
        return f"http://{self.address}"


@contextmanager
def serving(answers: Answers) -> Iterator[WebServer]:
    """Serve on this machine until the end of the block."""
    closed = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            request = Asked(self.command, self.path, self.headers.get("Authorization", ""))
            server.asked.append(request)
            match answers(request):
                case Silence():
                    closed.wait()
                case Answer(status, body, headers, length):
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body) if length is None else length))
                    self.end_headers()
                    self.wfile.write(body if self.command == "GET" else b"")

        do_HEAD = do_GET  # noqa: N815  # named by the library

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named by the library
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        server = WebServer(f"127.0.0.1:{listener.server_port}")
        Thread(target=listener.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server
        finally:
            closed.set()
            listener.shutdown()


def files(content: Mapping[str, bytes]) -> Answers:
    """What a server of files answers."""
    return lambda asked: Answer(200, content[asked.path]) if asked.path in content else Answer(404)


def release(program: bytes, cpu: str, name: str = "dagger", system: str = "linux") -> Mapping[str, bytes]:
    """The files of a release for one kind of machine, as dl.dagger.io lays them out."""
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as archive:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(program), 0o755
        archive.addfile(member, BytesIO(program))
    file = f"dagger_{VERSION}_{system}_{cpu}.tar.gz"
    checksums = (
        f"{'0' * 64}  dagger_{VERSION}_windows_amd64.zip\n\n{hashlib.sha256(packed.getvalue()).hexdigest()}  {file}\n"
    )
    return {f"{RELEASES}/checksums.txt": checksums.encode(), f"{RELEASES}/{file}": packed.getvalue()}
