"""What the house asks of its further routes; here of none. Those that the file names are put together in `house`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.config import Config
from gateway.contract.envelope import Sender
from gateway.contract.messages import AnswerState, Status
from gateway.metrics import Metrics
from gateway.notice import Notices
from gateway.problems import Problems
from gateway.store.rows import Stored
from gateway.store.store import Store
from gateway.surroundings import Surroundings
from gateway.uplink.centre import CentrePresence
from gateway.uplink.ledger import Ledger
from gateway.uplink.uplink import Uplink
from gateway.watch import Lines

Part = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What of the house the further routes stand on. `status` and `answer` are those of the first uplink."""

    config: Config
    sender: Sender
    store: Store
    notices: Notices
    lines: Lines
    metrics: Metrics
    problems: Problems
    clock: Clock
    uplink: Uplink
    ledger: Ledger
    presence: CentrePresence
    status: Callable[[str], Awaitable[Status]]
    next_session: Callable[[], int]
    answer: Callable[[bytes], Awaitable[None]]
    around: Surroundings


class Further:
    """No further routes. `tasks` are to be kept running, by name."""

    def __init__(self) -> None:
        self.tasks: dict[str, Part] = {}

    def offer(self, stored: Stored) -> None:
        """A message that must be answered."""

    def answered(self, about: str, state: AnswerState) -> None:
        """The centre has said something of a message or an alarm."""

    async def resume(self, waiting: list[Stored]) -> set[str]:
        """Take up from an earlier boot what waits for the centre; of that, the ids of what an alarm receiver has.

        Raises StoreError.
        """
        del waiting  # without further routes nobody but the centre has any
        return set()

    def resume_lost(self) -> None:
        """The lines that were lost in an earlier boot are known now."""

    def announce(self) -> None:
        """Publish the status on every further broker too."""

    async def say_goodbye(self) -> None:
        """Tell every further broker that the house stops."""

    def states(self) -> dict[str, str] | None:
        """Each way to the centre in order, `up` or `away`; None where there is but one."""
        return None


def further_routes(parts: Parts) -> Further:
    """The further routes that the file names."""
    if not parts.config.routes:
        return Further()
    # Here and not above: a house with one way to the centre never loads the others.
    from gateway.routes.house import FurtherRoutes

    return FurtherRoutes(parts)
