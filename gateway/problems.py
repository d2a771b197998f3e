"""What is wrong right now: said once in the log when it begins and once when it is over, listed in the status."""

import logging

log = logging.getLogger(__name__)
LIMIT = 32
TEXT_LIMIT_BYTES = 200
"""All problems together take less than half of a status message."""


class Problems:
    """Open problems by name. A problem that is reported again with other words is only reworded, not logged again."""

    def __init__(self) -> None:
        self._open: dict[str, str] = {}

    def report(self, name: str, text: str) -> None:
        """A problem exists; the first report is logged, repetitions are not. More than LIMIT at once are not kept."""
        if name not in self._open:
            if len(self._open) >= LIMIT:
                return
            log.warning("%s", text)
        self._open[name] = text.encode("utf-8", "replace")[:TEXT_LIMIT_BYTES].decode("utf-8", "ignore")

    def over(self, name: str) -> None:
        """A problem is over; said once where it was open."""
        text = self._open.pop(name, None)
        if text is not None:
            log.info("over: %s", text)

    def list(self) -> list[str]:
        """The open problems, in the order in which they began."""
        return list(self._open.values())
