"""The desk put together: store, inbox, link, web server and sweep in one TaskGroup."""

import asyncio
import functools
import logging
import signal
import socket
from contextlib import suppress
from datetime import UTC, datetime

from callcentre.config import DeskConfig
from callcentre.hub import Hub
from callcentre.inbox import Inbox
from callcentre.link import BrokerLink
from callcentre.metrics import DeskMetrics
from callcentre.post import Post
from callcentre.store.schema import StoreError
from callcentre.store.store import Store, open_store
from callcentre.store.sweep import sweep
from callcentre.web.desk import Desk
from callcentre.web.server import make_server
from drivers.link.group import Group

SWEEP_SECONDS = 3_600.0
SLICE_SECONDS = 0.1
_log = logging.getLogger(__name__)


class _StoppedError(Exception):
    """Somebody asked the desk to stop."""


async def run_desk(config: DeskConfig, listener: socket.socket, *, sign_in_visitors: bool) -> None:
    """Run until SIGTERM or SIGINT. Raises StoreError where the database cannot be opened or its writer dies."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with open_store(config.database) as store:
        hub, metrics = Hub(), DeskMetrics()
        post = Post(config.district, store, metrics)
        inbox = Inbox(config.district, store, post, hub, metrics, _now)
        link = BrokerLink(config, inbox, post, metrics, _now)
        desk = Desk(
            district=config.district,
            store=store,
            hub=hub,
            metrics=metrics,
            link=lambda: link.state,
            wake_post=post.wake,
            now=_now,
            sign_in_visitors=sign_in_visitors,
        )
        try:
            async with Group() as tasks:
                tasks.create_task(link.run(), name="link")
                tasks.create_task(_sweep(store), name="sweep")
                tasks.create_task(_watch_writer(store), name="writer")
                await _serve(desk, listener, stop)
                raise _StoppedError
        except* _StoppedError:
            _log.info("stopped")


async def _serve(desk: Desk, listener: socket.socket, stop: asyncio.Event) -> None:
    """Serve pages until `stop`; watchers are let go first, so that closing does not wait for them."""
    server = make_server(desk)
    async with Group() as tasks:
        serving = tasks.create_task(server.serve(sockets=[listener]), name="web")
        _log.info("the desk is at http://%s:%d/", *listener.getsockname()[:2])
        await stop.wait()
        desk.hub.close()
        server.should_exit = True
        await serving


async def _watch_writer(store: Store) -> None:
    await store.writer_ended()
    raise StoreError("the database writer has ended; see the traceback above")


async def _sweep(store: Store) -> None:
    """Forget what is old, a slice at a time, so that no alarm waits behind it."""
    while True:
        more = False
        with suppress(StoreError):  # the link says so, and louder; the next hour tries again
            more = await store.write(functools.partial(sweep, now=_now()))
        await asyncio.sleep(SLICE_SECONDS if more else SWEEP_SECONDS)


def _now() -> datetime:
    return datetime.now(UTC)
