"""A state that is believed only once it has lasted, so that a line that comes and goes is one loss. Pure."""


class Hold:
    """Whether something is lost. `tell` it how it looks, as often as you like; seconds are monotonic."""

    def __init__(self, *, lost_after_seconds: float, back_after_seconds: float) -> None:
        self._lost_after_seconds = lost_after_seconds
        self._back_after_seconds = back_after_seconds
        self._since: float | None = None
        self.lost = False

    def tell(self, *, good: bool, now: float) -> bool:
        """How it looks at `now`; returns whether it is lost."""
        if good is not self.lost:
            self._since = None
            return self.lost
        if self._since is None:
            self._since = now
        if now - self._since >= (self._back_after_seconds if self.lost else self._lost_after_seconds):
            self.lost, self._since = not self.lost, None
        return self.lost
