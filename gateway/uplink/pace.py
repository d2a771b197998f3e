"""How many messages may be under way at once: as many as the line takes without a queue, by what its PUBACKs took.

A message that lies in a slow line cannot be overtaken any more. On 1 kB/s twenty records would hold up the next alarm
for twenty seconds; one holds it up for one. So a connection begins with a few and earns more, one for each PUBACK that
came quickly: the same messages per second once the line is proven, and no queue where it is not.
"""

QUICK_SECONDS = 0.5
SLOW_SECONDS = 1.0
FEWEST = 2
"""One for what is nobody's alarm and one for an alarm."""
MOST = 100


class Pace:
    """The window of one connection: pure arithmetic, no clock."""

    def __init__(self) -> None:
        self.window = FEWEST
        self.is_slow = False
        """The newest PUBACK was long in coming."""

    def acknowledged(self, seconds: float) -> None:
        """A PUBACK came so long after its message."""
        self.is_slow = seconds > QUICK_SECONDS
        if not self.is_slow:
            self.window = min(MOST, self.window + 1)
        elif seconds > SLOW_SECONDS:
            self.window = max(FEWEST, self.window // 2)
