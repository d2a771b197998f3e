"""The one file of the simulator that knows the gateway from inside: whole houses that run in this process.

Everything else reaches a gateway as a house does. Here houses are started by the hundred for the fleet, and in time
that is simulated.
"""

import asyncio
from collections.abc import Callable

from drivers.link.mqtt import open_session
from drivers.link.serial import OpenPort
from drivers.link.session import OpenSession
from gateway import app
from gateway.config import Config, ConfigError, load
from gateway.surroundings import REAL, Surroundings

__all__ = ["Config", "ConfigError", "load", "run_home"]


async def run_home(
    config: Config,
    stop: asyncio.Event,
    open_port: OpenPort,
    open_session: OpenSession = open_session,
    minted: Callable[[str], None] = lambda _id: None,
) -> int:
    """Run one of many houses of this process over its real connection, until `stop`; it stops in order then.

    `open_port` stands in for its serial lines, `open_session` may watch its connections, `minted` is told each id that
    it gives. It takes no signals, and serves neither pages nor `anju learn`.
    """

    def new_id() -> str:
        id_ = REAL.new_id()
        minted(id_)
        return id_

    around = Surroundings(open_port=open_port, open_session=open_session, new_id=new_id, is_own_process=False)
    return await app.run(config, around, stop=stop)
