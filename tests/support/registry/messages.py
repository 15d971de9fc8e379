"""One HTTP request and its answer, as the front passes them around."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from attrs import field, frozen


@frozen(kw_only=True)
class Call:
    """A request with its body read whole; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = b""

    @property
    def host(self) -> str:
        return self.headers.get("host", "")

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> str:
        return urlsplit(self.target).query


@frozen
class Answer:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(factory=dict)


def json_answer(status: int, content: Any, **headers: str) -> Answer:
    return Answer(status, json.dumps(content).encode(), {"content-type": "application/json", **headers})


def error_answer(status: int, code: str, message: str, **headers: str) -> Answer:
    """An error in the form that registries and GitLab share."""
    return json_answer(status, {"errors": [{"code": code, "message": message, "detail": None}]}, **headers)
