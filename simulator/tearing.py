"""Tearing lines as a cut cable does: nobody says goodbye, and both sides see the end."""

import os
import socket
from pathlib import Path


def tear(port: int) -> None:
    """End every TCP connection of this process to a port."""
    for handle in list(Path("/proc/self/fd").iterdir()):
        try:
            with socket.socket(fileno=os.dup(int(handle.name))) as line:
                if line.family in (socket.AF_INET, socket.AF_INET6) and line.getpeername()[1] == port:
                    line.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue  # no socket, or not connected
