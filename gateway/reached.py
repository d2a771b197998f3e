"""Where the district's servers were reached last, over a restart: a dead name server then cuts nobody off.

One that is not in the house's file any more is forgotten.
"""

from collections.abc import Iterable

from drivers.link.addresses import ADDRESSES, Addresses
from gateway.store import jobs
from gateway.store.store import Store


class Reached:
    """`servers` are the (host, port) that the house's file names."""

    def __init__(self, store: Store, servers: Iterable[tuple[str, int]], addresses: Addresses = ADDRESSES) -> None:
        self._store = store
        self._servers = frozenset(servers)
        self._addresses = addresses
        self._kept: dict[str, str] = {}

    async def resume(self) -> None:
        """Take up what an earlier run found out. Raises StoreError."""
        self._kept = await self._store.ask(jobs.addresses)
        for host, port in self._servers:
            if (address := self._kept.get(f"{host}:{port}")) is not None:
                self._addresses.believe(host, port, address)

    def keep(self) -> None:
        """Keep what is known now, where it has changed."""
        known = {f"{host}:{port}": address for (host, port), address in self._addresses.known().items()
                 if (host, port) in self._servers and address != host}  # fmt: skip
        if known != self._kept:
            self._kept = known
            self._store.keep_addresses(known)
