"""The one way in: TLS ends here, every request is written down, and the faults happen here."""

import asyncio
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from threading import Event
from typing import Final

import h11
from attrs import evolve, frozen

from tests.support.registry.faults import Faults, Hang, Lie, Plain, Reply, Slow
from tests.support.registry.flow import Severed
from tests.support.registry.journal import Entry, Journal
from tests.support.registry.messages import Answer, Call, error_answer
from tests.support.registry.token_endpoint import PATH as TOKEN_PATH
from tests.support.registry.token_endpoint import TokenEndpoint
from tests.support.registry.wire import Wire, connect, server_side

_OF_ONE_CONNECTION: Final = {b"connection", b"keep-alive", b"expect"}
_POLL_SECONDS: Final = 0.05

Headers = list[tuple[bytes, bytes]]


@frozen(kw_only=True)
class Front:
    """`registry` and `token_server` are the addresses on the network, with their port."""

    upstream_port: int
    registry: str
    token_server: str
    tokens: TokenEndpoint
    faults: Faults
    journal: Journal

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        client = server_side(reader, writer)
        try:
            with suppress(OSError, h11.RemoteProtocolError):
                while isinstance(request := await client.event(), h11.Request):
                    await self._exchange(client, request)
                    if not client.begin_next():
                        break
        except Severed:
            client.reset()
        finally:
            writer.close()

    async def _exchange(self, client: Wire, request: h11.Request) -> None:
        call = _call(request)
        effect, lifted = self.faults.take(call.method, call.path)
        entry = self.journal.open(call, effect)
        try:
            match effect:
                case Reply(status, retry_after):
                    await _read(client, entry)
                    await _answer(client, entry, _forced(status, retry_after))
                case Lie(status=status, headers=headers, body=body):
                    await _read(client, entry)
                    await _answer(client, entry, Answer(status, body, headers))
                case Hang():
                    await _hang(client, lifted)
                case Slow(seconds=seconds):
                    await asyncio.sleep(seconds)
                    await self._serve(client, request, entry)
                case _:
                    await self._serve(client, request, entry)
        finally:
            entry.ended = time.time()

    async def _serve(self, client: Wire, request: h11.Request, entry: Entry) -> None:
        entry.upload.sever_before_start()
        if entry.call.path == TOKEN_PATH:
            call = evolve(entry.call, body=await _read(client, entry))
            await _answer(client, entry, self.tokens.answer(call))
        else:
            await self._ask_registry(client, request, entry)

    async def _ask_registry(self, client: Wire, request: h11.Request, entry: Entry) -> None:
        upstream = await connect("127.0.0.1", self.upstream_port)
        try:
            proto = () if isinstance(entry.effect, Plain) else ((b"x-forwarded-proto", b"https"),)
            headers = [*_passed_on(request.headers), *proto]
            await upstream.send(h11.Request(method=request.method, target=request.target, headers=headers))
            async for piece in entry.upload.body(client):
                await upstream.send(h11.Data(data=piece))
            await upstream.send(h11.EndOfMessage())
            await self._relay_answer(upstream, client, entry)
        finally:
            upstream.writer.close()

    async def _relay_answer(self, upstream: Wire, client: Wire, entry: Entry) -> None:
        while isinstance(head := await upstream.event(), h11.InformationalResponse):
            pass
        if not isinstance(head, h11.Response):
            raise Severed
        entry.download.sever_before_start()
        entry.status = head.status_code
        headers = self._with_realm(_passed_on(head.headers), entry.call.host)
        await client.send(h11.Response(status_code=head.status_code, headers=headers))
        async for piece in entry.download.body(upstream):
            await client.send(h11.Data(data=piece))
        await client.send(h11.EndOfMessage())

    def _with_realm(self, headers: Headers, host: str) -> Headers:
        """Name the token endpoint by the name under which the client can reach it."""
        server = self.token_server if host == self.registry else host
        realm = f'realm="https://{server}{TOKEN_PATH}"'.encode()
        return [
            (name, re.sub(rb'realm="[^"]*"', realm, value) if name == b"www-authenticate" else value)
            for name, value in headers
        ]


async def _read(client: Wire, entry: Entry) -> bytes:
    return b"".join([piece async for piece in entry.upload.body(client)])


async def _answer(client: Wire, entry: Entry, answer: Answer) -> None:
    entry.download.sever_before_start()
    entry.status = answer.status
    headers = {**answer.headers, "content-length": str(len(answer.body))}
    await client.send(h11.Response(status_code=answer.status, headers=list(headers.items())))
    if entry.call.method != "HEAD":
        async for piece in entry.download.metered(answer.body):
            await client.send(h11.Data(data=piece))
    await client.send(h11.EndOfMessage())


async def _hang(client: Wire, lifted: Event) -> None:
    while not lifted.is_set() and not await client.gone(_POLL_SECONDS):
        pass
    raise Severed


def _forced(status: int, retry_after: int | None) -> Answer:
    codes = {401: "UNAUTHORIZED", 403: "DENIED", 404: "NAME_UNKNOWN", 429: "TOOMANYREQUESTS"}
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    return error_answer(status, codes.get(status, "UNAVAILABLE"), f"the test answers {status}", **headers)


def _call(request: h11.Request) -> Call:
    headers = {name.decode().lower(): value.decode() for name, value in request.headers}
    return Call(method=request.method.decode(), target=request.target.decode(), headers=headers)


def _passed_on(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return [(name, value) for name, value in headers if name not in _OF_ONE_CONNECTION]
