"""Whether a program that was started serves yet, for `simulator.children.ready`."""

from simulator.ports import listens
from simulator.web import Site, WebError

CONNECTED = "anju_uplink_connected 1.0"
"""The line of a gateway's metrics that tells of its connection to the district."""


async def accepts(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    return listens(port)


async def shows(site: Site, path: str, *wanted: str) -> bool:
    """Whether a page answers 200 and holds these lines."""
    try:
        status, text = await site.get(path)
    except WebError:
        return False
    return status == 200 and all(line in text.splitlines() for line in wanted)
