"""Lamp and buzzer of the box, on GPIO lines: switched from a thread of its own, so that what hangs hangs alone."""

import asyncio
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial

from drivers.link.gpio import GpioError, Output
from gateway.announce.buzzer import Buzzer
from gateway.announce.lamp import Lamp
from gateway.announce.output import Output as Announcing
from gateway.announce.switch import SwitchError
from gateway.config_box import Box
from gateway.problems import Problems

HANG_SECONDS = 2.0


class LineSwitch:
    """An output line as a switch. `thread` runs one call after the other."""

    def __init__(self, output: Output, what: str, thread: Executor) -> None:
        self._output = output
        self._what = what
        self._thread = thread
        self._last: asyncio.Future[None] | None = None

    async def set(self, *, on: bool) -> None:
        """Switch the line, after what is still under way. Raises SwitchError; while a call hangs none joins it."""
        if self._last is not None:
            # Whoever asked may have been stopped while it was under way: a tone that is being begun must still end.
            await self._settled(self._last)
        self._last = asyncio.get_running_loop().run_in_executor(self._thread, partial(self._output.switch, on=on))
        error = await self._settled(self._last)
        if isinstance(error, GpioError):
            raise SwitchError(f"the {self._what} of the box cannot be switched: {error}; see [box]") from error
        self._last.result()

    async def _settled(self, asked: "asyncio.Future[None]") -> BaseException | None:
        if not asked.done():
            await asyncio.wait([asked], timeout=HANG_SECONDS)
        if not asked.done():
            raise SwitchError(f"the {self._what} of the box cannot be switched: its GPIO chip does not answer")
        return asked.exception()


def lamp_and_buzzer(box: Box, problems: Problems) -> list[Announcing]:
    """What of the box shows and sounds announcements."""
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="box-outputs")

    def switch(number: int, what: str) -> LineSwitch:
        return LineSwitch(Output(box.chip, number, active_low=box.on_low), what, thread)

    outputs: list[Announcing] = []
    if box.lamp is not None:
        outputs.append(Lamp(switch(box.lamp, "lamp"), problems, name="box lamp"))
    if box.buzzer is not None:
        outputs.append(Buzzer(switch(box.buzzer, "buzzer"), problems))
    return outputs
