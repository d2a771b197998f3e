"""What every page and API call of one desk needs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from callcentre.hub import Hub
from callcentre.link import LinkState
from callcentre.metrics import DeskMetrics
from callcentre.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The running desk as the web sees it. `link` gives the present state of the way to the broker."""

    district: str
    store: Store
    hub: Hub
    metrics: DeskMetrics
    link: Callable[[], LinkState]
    wake_post: Callable[[], None]
    now: Callable[[], datetime]
    sign_in_visitors: bool


def desk_of(request: Request) -> Desk:
    """The desk that this request came to."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk
