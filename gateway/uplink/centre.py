"""What `centre/status` says of one broker's call centre: whether anybody is there at all."""

import msgspec

from gateway.contract.messages import CentreStatus
from gateway.problems import Problems
from gateway.uplink.uplink import Uplink


class CentrePresence:
    """The centre's own word; `name` is the problem that its absence is told under."""

    def __init__(self, problems: Problems, name: str = "centre") -> None:
        self._problems = problems
        self._name = name
        self.away = False

    def take(self, payload: bytes, uplink: Uplink) -> None:
        """Take one `centre/status`; a centre that is back gets everything unanswered at once."""
        try:
            centre = msgspec.json.decode(payload, type=CentreStatus)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            self._problems.report(self._name, f"the centre's status cannot be read: {error}")
            return
        if centre.state == "offline":
            self.away = True
            self._problems.report(self._name, "the call centre says that it is offline")
            return
        self._problems.over(self._name)
        if self.away or uplink.unheard:
            self.away = False
            uplink.resend_all()
