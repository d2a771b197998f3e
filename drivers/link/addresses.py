"""Where a server is: names looked up with a deadline; while the name server is dead, the last address that worked.

A lookup may hang for half a minute and cannot be called off. It runs in a daemon thread of its own, one per name at a
time, and whoever connects waits for it only so long.
"""

import ipaddress
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

LOOKUP_SECONDS = 3.0
Address = tuple[Any, ...]
Lookup = Callable[[str, int], list[Address]]


def look_up(host: str, port: int) -> list[Address]:
    """The addresses of a name, in the order to try them. Raises OSError."""
    return [found[4] for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Addresses:
    """Remembers which address worked. Safe from any thread; bounded by the number of names in the configuration."""

    def __init__(self, lookup: Lookup = look_up, lookup_seconds: float = LOOKUP_SECONDS) -> None:
        self._lookup = lookup
        self._seconds = lookup_seconds
        self._lock = threading.Lock()
        self._good: dict[tuple[str, int], Address] = {}
        self._failed: dict[tuple[str, int], Address] = {}
        self._running: dict[tuple[str, int], Future[list[Address]]] = {}

    def candidates(self, host: str, port: int) -> list[Address]:
        """What to try, in order: what the name server says now, and what worked last.

        Where the newly found address was connected to and was not the server (a captive portal answers every name with
        itself), the one that worked comes first. Raises OSError where nothing is known.
        """
        if _is_number(host):
            return [(host, port)]
        key = (host, port)
        good = self._good.get(key)
        try:
            found = self._in_time(key)
        except OSError:
            if good is None:
                raise
            return [good]
        if good is None:
            return found
        others = [address for address in found if address != good]
        return [good, *others] if good in found or self._failed.get(key) in found else [*others, good]

    def worked(self, host: str, port: int, address: Address) -> None:
        """The server was reached there."""
        self._good[(host, port)] = address
        self._failed.pop((host, port), None)

    def known(self) -> dict[tuple[str, int], str]:
        """Where each server was reached last: for keeping over a restart."""
        return {key: str(address[0]) for key, address in list(self._good.items())}

    def believe(self, host: str, port: int, address: str) -> None:
        """Where the server was reached in an earlier run; what this one has found out counts more."""
        self._good.setdefault((host, port), (address, port))

    def was_not_it(self, host: str, port: int, address: Address) -> None:
        """Somebody answers there who is not the server."""
        self._failed[(host, port)] = address

    def _in_time(self, key: tuple[str, int]) -> list[Address]:
        with self._lock:
            running = self._running.get(key)
            if running is None:
                running = self._running[key] = Future()
                threading.Thread(target=self._run, args=(key, running), name=f"lookup-{key[0]}", daemon=True).start()
        try:
            return running.result(self._seconds)
        except FutureTimeoutError:
            raise TimeoutError(f"the name {key[0]} was not resolved within {self._seconds:g} s") from None

    def _run(self, key: tuple[str, int], done: "Future[list[Address]]") -> None:
        failure: OSError | None = None
        found: list[Address] = []
        try:
            found = self._lookup(*key)
        except (OSError, UnicodeError) as error:
            failure = OSError(f"the name {key[0]} cannot be resolved: {error}")
        with self._lock:
            del self._running[key]  # before the answer: who asks from now on asks anew
        if failure is None:
            done.set_result(found)
        else:
            done.set_exception(failure)


ADDRESSES = Addresses()
"""This process's own."""


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def connect_to(addresses: list[Address], timeout_seconds: float) -> tuple[socket.socket, Address]:
    """A TCP connection to the first address that takes one, and which. Raises the last OSError."""
    last: OSError | None = None
    for address in addresses:
        try:
            return socket.create_connection(address[:2], timeout=timeout_seconds), address
        except OSError as error:
            last = error
    raise last or OSError("no address is known")
