"""A line of Modbus heads: pymodbus asks, on a serial port of `drivers.link.serial`. The only file that imports it.

pymodbus builds the question, waits for its answer and gives up after a time. It says "no response" whatever came
instead, so the bytes themselves are handed on as well: who asked can tell silence from a damaged or a foreign answer.
Its own serial port would need pyserial; ours is used, with its lock, its remedies and its notice of an unplugging.
"""

import asyncio
import errno
import logging
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from pymodbus import FramerType
from pymodbus.client.base import ModbusBaseClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU
from pymodbus.transport import CommParams, CommType

from drivers.link.serial import PORT_ERRORS, PortTrouble, open_with, port_error
from drivers.modbus_frame import FRAME_LIMIT_BYTES, Refusal, decode_request

ANSWER_SECONDS = 0.5
"""Heads answer within a tenth of a second; the longest frame takes a quarter of one at 9600 baud."""

_HEARD_LIMIT_BYTES = 2 * FRAME_LIMIT_BYTES

# Every missed answer is counted by its reason; pymodbus would log an error for each, every few seconds for ever.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)


class _Ear(asyncio.Protocol):
    """Between the port and pymodbus: keeps what was heard since the last question."""

    def __init__(self, client: ModbusBaseClient) -> None:
        self.heard = bytearray()
        self.error: Exception | None = None
        self.lost = asyncio.Event()
        self._client = client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._client.ctx.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self.heard += data[: _HEARD_LIMIT_BYTES - len(self.heard)]
        try:
            self._client.ctx.data_received(data)
        except (ModbusException, ValueError, IndexError, struct.error):
            # A frame with a right checksum and nonsense in it. The question runs into its time limit.
            self._client.ctx.recv_buffer = b""

    def connection_lost(self, exc: Exception | None) -> None:
        self.error = exc or OSError(errno.EIO, "closed")
        self.lost.set()
        self._client.ctx.connection_lost(exc)


class ModbusLink:
    """An open line; made by `open_modbus` only. One question at a time."""

    def __init__(self, path: str, client: ModbusBaseClient, ear: _Ear) -> None:
        self._path = path
        self._ear = ear
        # The functions that read, and no other.
        self._functions: dict[int, Callable[..., Awaitable[ModbusPDU]]] = {
            1: client.read_coils,
            2: client.read_discrete_inputs,
            3: client.read_holding_registers,
            4: client.read_input_registers,
        }

    async def ask(self, question: bytes) -> bytes:
        """Send a question and return all that was heard until its answer was whole or its time was over.

        Raises PortError when the port is gone, ValueError for a frame that is no question.
        """
        request = decode_request(question)
        if isinstance(request, Refusal):
            raise ValueError(f"this is no question: {request.reason}")
        self._ear.heard.clear()
        self._check()
        try:
            await self._functions[request.function](request.address, count=request.count, device_id=request.unit)
        except ModbusException:
            pass  # no answer, or none that pymodbus understands: the bytes say which
        except PORT_ERRORS as error:  # gone, and nobody was told yet
            raise port_error(self._path, error, PortTrouble.UNPLUGGED) from error
        self._check()
        return bytes(self._ear.heard)

    async def lost(self) -> None:
        """Wait until the port is gone. Raises PortError then."""
        await self._ear.lost.wait()
        self._check()

    def _check(self) -> None:
        if self._ear.error is not None:
            raise port_error(self._path, self._ear.error, PortTrouble.UNPLUGGED)


@asynccontextmanager
async def open_modbus(path: str, baud_rate: int, answer_seconds: float = ANSWER_SECONDS) -> AsyncIterator[ModbusLink]:
    """Open a line (8 data bits, no parity, 1 stop bit) for the block. Raises PortError."""
    settings = CommParams(
        comm_type=CommType.SERIAL, host=path, baudrate=baud_rate, timeout_connect=answer_seconds, reconnect_delay=0.0
    )
    client = ModbusBaseClient(FramerType.RTU, 0, settings, None, None, None)
    async with open_with(lambda: _Ear(client), path, baud_rate) as ear:
        try:
            yield ModbusLink(path, client, ear)
        finally:
            client.close()
