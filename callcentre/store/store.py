"""The desk's store as the rest of the desk sees it: `write` durably, `read` beside it."""

import asyncio
import functools
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import TypeVar

from callcentre.store.schema import StoreError, open_readonly
from callcentre.store.writer import Job, Writer

T = TypeVar("T")
READ_LIMIT_SECONDS = 5.0
_OPCODES_BETWEEN_CHECKS = 10_000


class Store:
    """One database file with one writer thread and a few readers; made by `open_store`."""

    def __init__(self, path: Path, writer: Writer, readers: ThreadPoolExecutor) -> None:
        self._path = path
        self._writer = writer
        self._readers = readers

    def write(self, job: Job[T]) -> "asyncio.Future[T]":
        """Run `job` in a durable transaction; the future is settled after the commit, or raises StoreError."""
        return self._writer.submit(job)

    async def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run a query on a connection of its own. Raises StoreError, also when it takes over 5 s."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, functools.partial(_read, self._path, query))

    async def writer_ended(self) -> None:
        """Wait until the writer thread is gone, which nothing but `open_store`'s end should bring about."""
        await self._writer.ended()


@asynccontextmanager
async def open_store(path: Path) -> AsyncIterator[Store]:
    """Open and migrate the file; at the end everything submitted is committed. Raises StoreError."""
    writer = Writer(path)
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="desk-reader") as readers:
        try:
            yield Store(path, writer, readers)
        finally:
            await writer.close()


def _read(path: Path, query: Callable[[sqlite3.Connection], T]) -> T:
    """Short-lived on purpose: a long read would keep the write-ahead log from being reset."""
    deadline = time.monotonic() + READ_LIMIT_SECONDS
    try:
        with closing(open_readonly(path)) as connection:
            connection.set_progress_handler(lambda: int(time.monotonic() > deadline), _OPCODES_BETWEEN_CHECKS)
            return query(connection)
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be read: {error}") from error
