"""How far the certificate of the district's broker is trusted: with its dates, without them, or only for the worst.

While the clock is untrusted, chain and name are checked and the dates are not. A certificate that has expired by a
clock that is known still carries fire and person alarms, and the trouble that says so: an office's mistake must not
keep a fall from being heard. Nothing else leaves over it, and no command comes in.
"""

from dataclasses import replace

from drivers.event import ClockQuality, Kind, TroubleType
from drivers.link.mqtt import Endpoint
from gateway.clock import Clock
from gateway.policy import RANKS
from gateway.uplink.ledger import Entry

_CARRIED_RANK = RANKS["person"]


class Trust:
    """What the newest connection stands on."""

    def __init__(self, endpoint: Endpoint, clock: Clock) -> None:
        self._strict = endpoint
        self._clock = clock
        self.expired = False
        """The broker's certificate was out of date by a clock that is known."""
        self._dates_unchecked = False

    def endpoint(self) -> Endpoint:
        """What to connect to first."""
        self._dates_unchecked = self._strict.tls is not None and not self._clock_is_known()
        return self.without_dates() if self._dates_unchecked else self._strict

    def without_dates(self) -> Endpoint:
        """The same, its certificates' dates left out of the check."""
        tls = self._strict.tls
        return self._strict if tls is None else replace(self._strict, tls=replace(tls, check_time=False))

    def must_check_again(self) -> bool:
        """Whether the clock has become known since a connection that was made without a look at the dates."""
        return self._dates_unchecked and self._clock_is_known()

    def may_carry(self, entry: Entry) -> bool:
        """Whether a message may leave over this connection."""
        event = entry.stored.event
        says_so = event.kind is Kind.TROUBLE and event.type == TroubleType.CERTIFICATE
        return not self.expired or entry.rank <= _CARRIED_RANK or says_so

    def _clock_is_known(self) -> bool:
        return self._clock.quality() is ClockQuality.SYNCHRONISED
