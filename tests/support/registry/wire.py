"""HTTP/1.1 on one connection: events in, events out, and how to break it."""

import asyncio
import socket
import struct
from typing import Final

import h11
from attrs import define

_CHUNK: Final = 65_536
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)  # SO_LINGER of zero seconds

_EVENTS: Final = (
    h11.Request,
    h11.InformationalResponse,
    h11.Response,
    h11.Data,
    h11.EndOfMessage,
    h11.ConnectionClosed,
)
Event = h11.Request | h11.InformationalResponse | h11.Response | h11.Data | h11.EndOfMessage | h11.ConnectionClosed


@define
class Wire:
    protocol: h11.Connection
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def event(self) -> Event:
        while True:
            event = self.protocol.next_event()
            if isinstance(event, _EVENTS):
                return event
            if event is h11.PAUSED:
                return h11.ConnectionClosed()
            if self.protocol.they_are_waiting_for_100_continue:
                await self.send(h11.InformationalResponse(status_code=100, headers=[]))
            self.protocol.receive_data(await self.reader.read(_CHUNK))

    async def send(self, event: Event) -> None:
        if content := self.protocol.send(event):
            self.writer.write(content)
            await self.writer.drain()

    def reset(self) -> None:
        """End the connection as a crash or a firewall would: no goodbye, everything in flight lost."""
        raw: socket.socket = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.writer.transport.abort()

    def begin_next(self) -> bool:
        """Make ready for another request on this connection; False when it must be closed."""
        if (self.protocol.our_state, self.protocol.their_state) != (h11.DONE, h11.DONE):
            return False
        self.protocol.start_next_cycle()
        return True

    async def gone(self, seconds: float) -> bool:
        """Whether the other side goes away within this time; what it sends meanwhile is dropped."""
        try:
            async with asyncio.timeout(seconds):
                while await self.reader.read(_CHUNK):
                    pass
        except TimeoutError:
            return False
        except OSError:
            return True
        return True


def server_side(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Wire:
    return Wire(h11.Connection(h11.SERVER), reader, writer)


async def connect(host: str, port: int) -> Wire:
    return Wire(h11.Connection(h11.CLIENT), *await asyncio.open_connection(host, port))
