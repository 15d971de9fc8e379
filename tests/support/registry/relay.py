"""Runs inside the forwarder's container (Python's library alone): passes connections on, resets included."""

import asyncio
import socket
import struct
import sys


async def main(port: int, address: str, target: int) -> None:
    """Listen on `port` until stdin ends."""

    async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(address, target)
        pair = ((reader, there_writer), (there_reader, writer))
        try:
            await asyncio.gather(*(copy(source, sink) for source, sink in pair))
        except OSError:
            for sink in (writer, there_writer):
                reset(sink)
        finally:
            writer.close()
            there_writer.close()

    await asyncio.start_server(passed_on, "0.0.0.0", port)  # noqa: S104  # inside its container
    await asyncio.to_thread(sys.stdin.read)  # nothing is waited for: a client may keep its connection


async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while content := await source.read(65_536):
        sink.write(content)
        await sink.drain()
    if sink.can_write_eof():
        sink.write_eof()


def reset(sink: asyncio.StreamWriter) -> None:
    raw = sink.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sink.transport.abort()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
