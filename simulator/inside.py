"""The one file of the simulator that knows the gateway from inside: whole houses that run in this process.

Everything else reaches a gateway as a house does. Here houses are started by the hundred for the fleet, and in time
that is simulated.
"""

import asyncio

from drivers.link.serial import OpenPort
from gateway import app
from gateway.config import Config, ConfigError, load
from gateway.surroundings import Surroundings

__all__ = ["Config", "ConfigError", "load", "run_home"]


async def run_home(config: Config, stop: asyncio.Event, open_port: OpenPort) -> int:
    """Run one of many houses of this process over its real connection, until `stop`; it stops in order then.

    `open_port` stands in for its serial lines. It takes no signals, and serves neither pages nor `anju learn`.
    """
    around = Surroundings(open_port=open_port, is_own_process=False)
    return await app.run(config, around, stop=stop)
