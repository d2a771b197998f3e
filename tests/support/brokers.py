"""Real MQTT brokers in processes of their own, which tests may stop, kill and freeze.

`Broker` is iotcore's rumqttd 0.20: it comes with the Python environment, so that the suite runs without Mosquitto.
What it does (probed by hand with paho 2.2 on rumqttd 0.20):

- holds: MQTT 5, QoS 1, order per publisher, 5 MB payloads, sessions kept over a clean or a torn disconnect with
  clean start 0 (offline messages come in order), session takeover, retained messages and clearing them,
  the retained flag only on replay, content type, expiry, correlation data, will with its delay (dropped at a clean
  DISCONNECT and at a reconnect within the delay; sent 1.5 keepalives plus the delay after a freeze);
- a restart forgets sessions and retained messages (memory only);
- does not: PUBACK 0x10 without subscribers (always 0), the client's Receive Maximum (always up to 100 in flight),
  the session expiry interval (kept until a restart), the DUP flag on redelivery, access lists, MQTT 3.1.1 on the
  same port (such a client gets no answer), Receive Maximum in CONNACK (so 65,535);
- like Mosquitto without `set_tcp_nodelay` it leaves Nagle's algorithm on: a small message right behind another waits
  40 ms, unless the client's system acknowledges at once (TCP_QUICKACK);
- a payload above 16 MiB ends the connection; a reader more than 64 MiB behind silently loses the oldest messages.

`MosquittoBroker` is for what rumqttd lacks: refusals (0x87), access lists, 0x10, client certificates, persistence.
"""

import os
import signal
import subprocess
from pathlib import Path
from typing import Self

from simulator.broker import command
from simulator.ports import LOOPBACK, free_port, listens
from tests.support.wait import until_now

MOSQUITTO = Path("/usr/sbin/mosquitto")
_START_SECONDS = 15.0


class Broker:
    """An rumqttd on a free loopback port; the port stays the same across restarts.

    The calls return when what they ask for has happened: `start` once the port accepts connections.
    """

    host = LOOPBACK

    def __init__(self) -> None:
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def _command(self) -> list[str]:
        return command(self.port)

    def _listens(self) -> bool:
        return listens(self.port)

    @property
    def pid(self) -> int:
        """The process id of the running broker."""
        assert self._process is not None, "the broker is not running"
        return self._process.pid

    def start(self) -> Self:
        """Start it and wait until it accepts connections."""
        assert self._process is None, "the broker is already running"
        # In a session of its own: the kernel wakes the frozen processes of a group whose shell has gone.
        process = subprocess.Popen(self._command(), stdin=subprocess.PIPE, start_new_session=True)
        self._process = process
        until_now(lambda: self._listens() or process.poll() is not None, _START_SECONDS, "the broker listens")
        assert process.poll() is None, f"the broker ended at once with status {process.returncode}"
        return self

    def stop(self) -> None:
        """End it as a service manager would (SIGTERM); nothing where it does not run."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL); nothing where it does not run."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Stop its work with every connection left open (SIGSTOP). Returns once every thread of it stands still."""
        os.kill(self.pid, signal.SIGSTOP)
        until_now(lambda: _all_threads_stopped(self.pid), what="the broker stands still")

    def thaw(self) -> None:
        """Let it go on after `freeze`."""
        assert _all_threads_stopped(self.pid), "somebody else let the broker go on before its time"
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        process.send_signal(signal.SIGCONT)
        process.wait(_START_SECONDS)
        if process.stdin is not None:
            process.stdin.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()


def _all_threads_stopped(pid: int) -> bool:
    """The signal is only sent when `os.kill` returns: a thread on another core may still answer a message."""
    states = [stat.read_text().rpartition(")")[2].split()[0] for stat in Path(f"/proc/{pid}/task").glob("*/stat")]
    return set(states) == {"T"}


class MosquittoBroker(Broker):
    """A Mosquitto in `folder`. Further settings are lines of mosquitto.conf, and may be changed between starts.

    `persistent`: sessions and retained messages survive `stop` and `kill` (saved on every change).
    `tls`: (CA file, certificate file, key file): then client certificates are required and CN is the user name.
    `access_list`: lines of an ACL file, for example `pattern readwrite anju/v1/d1/%u/#`.
    """

    def __init__(
        self,
        folder: Path,
        *settings: str,
        persistent: bool = False,
        tls: tuple[Path, Path, Path] | None = None,
        access_list: tuple[str, ...] | None = None,
    ) -> None:
        super().__init__()
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.settings = list(settings)
        self.persistent = persistent
        self.tls = tls
        self.access_list = access_list

    def _command(self) -> list[str]:
        file = self.folder / "mosquitto.conf"
        file.write_text("\n".join(self._lines()) + "\n")
        return [str(MOSQUITTO), "-c", str(file)]

    def _lines(self) -> list[str]:
        lines = [f"listener {self.port} {self.host}", "allow_anonymous true", "log_dest file " + str(self.log_file)]
        if os.geteuid() == 0:
            lines.append("user root")  # else it drops to a user that may not read the test's folder
        if self.tls is not None:
            authority, certificate, key = self.tls
            lines += [f"cafile {authority}", f"certfile {certificate}", f"keyfile {key}"]
            lines += ["require_certificate true", "use_identity_as_username true"]
        if self.persistent:
            lines += ["persistence true", f"persistence_location {self.folder}/"]
            lines += ["autosave_on_changes true", "autosave_interval 1"]
        if self.access_list is not None:
            file = self.folder / "access_list"
            file.write_text("\n".join(self.access_list) + "\n")
            file.chmod(0o600)
            lines.append(f"acl_file {file}")
        return lines + self.settings

    def reload(self) -> None:
        """Read the access list again (SIGHUP), with every connection left open."""
        self._command()
        os.kill(self.pid, signal.SIGHUP)

    @property
    def log_file(self) -> Path:
        """What Mosquitto itself has to say."""
        return self.folder / "mosquitto.log"
