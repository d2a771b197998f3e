"""Free loopback ports that stay free while a broker or a gateway restarts on them."""

import random
import socket
from collections import deque

LOOPBACK = "127.0.0.1"
_BELOW_EPHEMERAL = range(20_000, 32_000)
"""Outgoing connections take their ports from 32768 up, so none of these is snatched while its owner is down."""


_RESERVED: deque[socket.socket] = deque(maxlen=64)
"""Bound, never listening: each keeps its port from every other caller, also in other processes, until it is the oldest.

A server that sets SO_REUSEADDR, as every server of ours does, still gets the port.
"""


def free_port() -> int:
    """A TCP port on loopback that nothing uses and nobody else was given. Raises OSError where loopback gives none."""
    draw = random.SystemRandom()
    for _ in range(50):
        port = draw.choice(_BELOW_EPHEMERAL)
        reservation = socket.socket()
        try:
            # Without SO_REUSEADDR, so that a port which another process reserved is refused; with it only afterwards.
            reservation.bind((LOOPBACK, port))
            reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        except OSError as error:
            reservation.close()
            refusal = error
            continue
        if len(_RESERVED) == _RESERVED.maxlen:
            _RESERVED.popleft().close()
        _RESERVED.append(reservation)
        return port
    raise OSError(f"no free port on {LOOPBACK}: {refusal}")


def require_loopback() -> None:
    """Raise OSError where nothing can be sent over loopback: binding there succeeds even while it is down."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen(1)
        try:
            socket.create_connection(listener.getsockname(), timeout=1.0).close()
        except OSError as error:
            raise OSError(f"nothing can be sent over loopback ({LOOPBACK}): {error}") from error


def listens(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=0.5):
            return True
    except OSError:
        return False
