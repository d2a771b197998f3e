"""A TaskGroup whose end never swallows a cancellation.

Before 3.13, Python forgets that a task was cancelled if that happens while its group is already ending because of an
error (https://github.com/python/cpython/issues/116720): whoever then catches the error goes on for ever, and the house
does not stop. A receiver unplugged at the very moment of a stop was enough.
"""

import asyncio
import sys
from types import TracebackType

if sys.version_info >= (3, 13):
    Group = asyncio.TaskGroup
else:

    class Group(asyncio.TaskGroup):
        """An `asyncio.TaskGroup`; a task cancelled from outside leaves it as cancelled, whatever else went wrong.

        The errors that went wrong meanwhile are the cause of the CancelledError.
        """

        _parent_cancel_requested: bool

        async def __aenter__(self) -> "Group":
            self._cancelled_before = _this_task().cancelling()
            await super().__aenter__()
            return self

        async def __aexit__(
            self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
        ) -> None:
            balanced = self._parent_cancel_requested
            try:
                await super().__aexit__(kind, error, trace)
            except BaseExceptionGroup as errors:
                task = _this_task()
                if self._parent_cancel_requested and not balanced:
                    task.uncancel()  # the group cancelled its own task while ending, and never takes that back
                if task.cancelling() > self._cancelled_before:
                    raise asyncio.CancelledError from errors
                raise

    def _this_task() -> "asyncio.Task[object]":
        task = asyncio.current_task()
        assert task is not None, "a group is entered by a task"
        return task
