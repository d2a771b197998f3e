"""The bytes of a modem cut into lines, the prompt among them, and delivery reports taken out. Pure."""

from gateway.routes.modem_dialogue import PROMPT
from gateway.routes.sms_pdu import Report, read_report

LINE_LIMIT = 1_024
_REPORT = "+CDS:"


class ModemLines:
    """Whole lines out of any pieces; at most LINE_LIMIT characters are held."""

    def __init__(self) -> None:
        self._rest = ""
        self._report_follows = False

    def feed(self, data: bytes) -> list[str | Report]:
        """What the new bytes complete, in order. The prompt has no line end and counts as soon as it stands alone."""
        found: list[str | Report] = []
        *lines, self._rest = (self._rest + data.decode("ascii", "replace")).replace("\n", "\r").split("\r")
        for line in filter(None, map(str.strip, lines)):
            taken = self._take(line)
            if taken is not None:
                found.append(taken)
        if self._rest.strip() == PROMPT:
            self._rest = ""
            found.append(PROMPT)
        self._rest = self._rest[-LINE_LIMIT:]
        return found

    def _take(self, line: str) -> str | Report | None:
        if line.startswith(_REPORT):
            self._report_follows = True
            return None
        if self._report_follows:
            self._report_follows = False
            report = read_report(line)
            if report is not None:
                return report
        return line[:LINE_LIMIT]
