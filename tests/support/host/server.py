"""Runs inside an app's container (Python's library alone): answers on 8080, and behaves as behaviour.json says."""

import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

STARTED = time.monotonic()


class Handler(BaseHTTPRequestHandler):
    """One request; `behaves` is the content of behaviour.json."""

    behaves: dict[str, Any]

    def do_GET(self) -> None:  # the library's name for it
        match self.path:
            case "/health":
                healthy = self.is_healthy()
                self.answer(200 if healthy else 503, {"status": "ok" if healthy else "starting"})
            case "/version":
                image = self.behaves["claims"] or os.environ.get("IMAGE_REF")
                self.answer(200, {"name": self.behaves["name"], "image": image})
            case _:
                self.answer(404, {"status": "unknown path"})

    def is_healthy(self) -> bool:
        after = self.behaves["healthy_after"]
        return after is not None and time.monotonic() - STARTED >= after

    def answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main(file: str) -> None:
    """Serve until a signal comes or the time to exit."""
    Handler.behaves = json.loads(Path(file).read_text(encoding="utf-8"))
    signal.signal(signal.SIGTERM, stop)  # the first process of a container has no default for it
    if Handler.behaves["exits_after"] == 0:
        sys.exit("told to exit at once")
    if Handler.behaves["exits_after"] is not None:
        threading.Timer(Handler.behaves["exits_after"], os._exit, (1,)).start()
    ThreadingHTTPServer(("", 8080), Handler).serve_forever()


def stop(*_: object) -> None:
    threading.Timer(Handler.behaves.get("stops_after", 0), os._exit, (0,)).start()


if __name__ == "__main__":
    main(sys.argv[1])
