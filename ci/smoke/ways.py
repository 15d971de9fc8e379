"""HTTP to a host as a browser would write it, sent through the SSH connection: no port needs to be open."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import httpx
from attrs import field, frozen

from ci.host.connection import Link

SECONDS: Final = 30
HTTP: Final = 80

Ways = Mapping[int, tuple[str, int]]  # of each port that the host publishes: where it is reached from here


@frozen
class Host:
    """A host as browsers know it."""

    address: str
    ways: Ways = field(hash=False)

    def url(self, port: int, path: str | None) -> str:
        """What a browser opens."""
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"http://{address}:{port}{path or '/'}"

    def way(self, url: httpx.URL) -> tuple[str, int] | None:
        """Where a URL of the host leads to from here; None when it is none, or no container publishes its port."""
        is_here = url.host == httpx.URL(self.url(HTTP, "/")).host  # as browsers write it
        return self.ways.get(url.port or HTTP) if is_here else None


@frozen(eq=False)
class Detour(httpx.AsyncBaseTransport):
    """Sends what is for a port of the host to another address; to all else it answers that nothing is there."""

    host: Host
    under: httpx.AsyncBaseTransport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it; its Host header stays that of the address which was asked for."""
        way = self.host.way(request.url)
        if way is None:
            told = request.url.copy_with(query=None)
            raise httpx.ConnectError(f"{told} is no address of {self.host.address} that a container publishes")
        host, port = way
        elsewhere = httpx.Request(
            request.method,
            request.url.copy_with(host=host, port=port),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return await self.under.handle_async_request(elsewhere)

    async def aclose(self) -> None:
        """Close the connections."""
        await self.under.aclose()


@asynccontextmanager
async def browser(host: Host) -> AsyncIterator[httpx.AsyncClient]:
    """A client that keeps cookies and follows redirects, as a browser does."""
    detour = Detour(host, httpx.AsyncHTTPTransport())
    async with httpx.AsyncClient(transport=detour, follow_redirects=True, timeout=SECONDS) as client:
        yield client


@asynccontextmanager
async def ways_to(link: Link, ports: Iterable[int], address: str = "127.0.0.1") -> AsyncIterator[Ways]:
    """A way through the link to each port of the host, from an address of this machine."""
    async with AsyncExitStack() as stack:
        yield {port: (address, await stack.enter_async_context(link.way_to(port, address))) for port in ports}
