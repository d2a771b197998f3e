"""What the watch over falls takes with it from one run of the gateway to the next."""

from collections.abc import Callable, Iterable

from drivers.event import Event
from gateway.falls.findings import Findings
from gateway.falls.kept import to_row
from gateway.falls.watcher import FallWatcher
from gateway.intake.outcomes import Moment
from gateway.store.store import Store
from gateway.store.watching import Watching


class OverRestarts:
    """One object per gateway that has a worn device enrolled."""

    def __init__(self, watcher: FallWatcher, findings: Findings, store: Store, moment: Callable[[], Moment]) -> None:
        self._watcher = watcher
        self._findings = findings
        self._store = store
        self._moment = moment

    def resume(self, rows: Iterable[Watching], falls: Iterable[Event]) -> None:
        """Take up what a stop has left, and the falls that are open, the newest last."""
        moment = self._moment()
        self._watcher.resume(rows, moment)
        self._findings.resume(falls, moment)

    async def stop(self) -> None:
        """Judge what has come, and leave to the next start how the detectors stand."""
        left = await self._watcher.stop()
        at = self._moment().wall
        for device, how in left.items():
            self._store.keep_watching(to_row(device, how, at))
