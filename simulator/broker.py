"""An MQTT 5 broker on loopback in a process of its own: iotcore's rumqttd, for the demo and for tests.

`python -P -m simulator.broker PORT` serves until it is killed or its standard input ends, so that it never outlives
the process that started it with a pipe. It keeps everything in memory: a restart forgets sessions and retained
messages. It speaks MQTT 5 only; an MQTT 3.1.1 client gets no answer.
"""

import logging
import os
import sys
import tempfile
import threading

from iotcore import Broker

from simulator.ports import LOOPBACK

LARGEST_PAYLOAD_BYTES = 16 * 1024 * 1024
"""Above the 8 MiB packet limit of our clients, so that a test of theirs meets their limit and not the broker's."""

_CONFIGURATION = """\
id = 0
[router]
id = 0
max_connections = 4000
max_outgoing_packet_count = 200
max_segment_size = {largest}
max_segment_count = 4
[v5.1]
name = "v5"
listen = "{host}:{port}"
next_connection_delay_ms = 0
[v5.1.connections]
connection_timeout_ms = 10000
max_payload_size = {largest}
max_inflight_count = 100
dynamic_filters = true
"""


def command(port: int) -> list[str]:
    """The command line that serves on this port; start it with `stdin` a pipe."""
    return [sys.executable, "-P", "-m", "simulator.broker", str(port)]


def serve(port: int) -> None:
    """Serve until killed or until standard input ends. Raises OSError where the port is taken."""
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)  # it reports every packet as an error
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(_CONFIGURATION.format(largest=LARGEST_PAYLOAD_BYTES, host=LOOPBACK, port=port))
        file.flush()
        broker = Broker(config_path=file.name)
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    broker.run_forever()


def _end_with_standard_input() -> None:
    # The raw descriptor: a thread blocked in the buffered reader would hold its lock at exit.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(0)  # rumqttd has no way to stop


if __name__ == "__main__":
    serve(int(sys.argv[1]))
