"""Lines of standard input on the event loop, whatever it is: a terminal, a pipe or a file."""

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator

_CHUNK_BYTES = 4096


async def lines() -> AsyncIterator[str]:
    """Each line without its end, until standard input ends. It reads no further ahead than one chunk."""
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[bytes] = asyncio.Queue()
    wanted = threading.Semaphore(0)

    def read() -> None:
        # The raw descriptor: a thread blocked in the buffered reader would hold its lock at exit.
        chunk = b"first"
        while chunk:
            wanted.acquire()
            chunk = os.read(sys.stdin.fileno(), _CHUNK_BYTES)
            loop.call_soon_threadsafe(chunks.put_nowait, chunk)

    threading.Thread(target=read, daemon=True).start()
    rest = b""
    while True:
        wanted.release()
        if not (chunk := await chunks.get()):
            break
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace")
    if rest:
        yield rest.decode("utf-8", "replace")
