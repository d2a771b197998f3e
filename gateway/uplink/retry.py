"""When an unanswered message goes out again: pure arithmetic on seconds.

The numbers are the contract's: after 10 s the same id again, every 5–20 s (SS 91100 "hold": every 5–20 s, at least
3 minutes); after 3 minutes every 60 s, for ever. What is nobody's alarm goes after 60 s, then ever more seldom, up to
every 10 minutes: a centre that is silent for days must not cost a month's mobile data. A new connection, or a centre
that is back, gets everything at once anyway.
"""

from gateway.policy import ALARM_RANK_LIMIT

ALARM_RETRY_SECONDS = 10.0
SLOW_RETRY_SECONDS = 60.0
RETRY_LIMIT_SECONDS = 600.0
ANSWER_SECONDS = 5.0
"""From the broker's acknowledgement on, a message is not sent again for so long (contract: every 5 to 20 s)."""
HOLD_SECONDS = 10.0
"""How long after a `hold` the message is sent again (SS 91100 §4.2: 5 to 20 s)."""
FAST_PHASE_SECONDS = 180.0
"""How long an alarm is retried quickly; after it the resident hears that nobody was reached."""

RECONNECT_WITH_ALARM_SECONDS = 1.0
RECONNECT_FIRST_SECONDS = 1.0
RECONNECT_LIMIT_SECONDS = 60.0


def resend_after_seconds(rank: int, age_seconds: float) -> float:
    """How long to wait for an answer after a send, for a message whose retries began `age_seconds` ago."""
    if rank > ALARM_RANK_LIMIT:
        return min(RETRY_LIMIT_SECONDS, max(SLOW_RETRY_SECONDS, age_seconds))
    return ALARM_RETRY_SECONDS if age_seconds < FAST_PHASE_SECONDS else SLOW_RETRY_SECONDS


def reconnect_after_seconds(failures: int, *, alarm_waits: bool, jitter: float, tried_seconds_ago: float) -> float:
    """How long to wait before the next connection, where the last one was begun `tried_seconds_ago`.

    A house with an unanswered alarm comes back every second: at once from a line that stood longer than that. All
    others spread out: doubling up to a minute, times `jitter` in [0.5, 1.5), so that a thousand houses do not come back
    at once.
    """
    if alarm_waits:
        return max(0.0, RECONNECT_WITH_ALARM_SECONDS - tried_seconds_ago)
    return float(min(RECONNECT_LIMIT_SECONDS, RECONNECT_FIRST_SECONDS * 2.0 ** min(failures, 10)) * jitter)
