"""What the fall detector costs: processor time per second worn, import, memory, the size of its models.

`python -P -m benchmarks.fall` prints it alone. The movements are the made-up ones of `models.fall.sample`.
"""

import subprocess
import sys
import time

import numpy as np

from models.fall.detector import FallDetector
from models.fall.model import FOLDER, POSITIONS, Position
from models.fall.sample import RATE_HZ, fall, sit_down, walk

_BLOCK = 50
_ROUNDS = 20
_SEED = 7
_MEMORY = """
import psutil, time
import numpy
before, began = psutil.Process().memory_info().rss, time.process_time()
from models.fall import FallDetector
imported = time.process_time() - began
for position in ("torso", "wrist"):
    detector = FallDetector(position)
    detector.feed(numpy.random.default_rng(1).normal(0.6, 0.6, size=(3_000, 3)), 0.0)
after = psutil.Process().memory_info().rss
print(f"{imported * 1_000:.0f} ms to import after numpy, {(after - before) / 2**20:.1f} MiB more than numpy alone")
"""


def table() -> str:
    """One row per position and movement, then import, memory and files."""
    lines = [f"{'milliseconds of processor a second worn':<44}{'torso':>9}{'wrist':>9}"]
    random = np.random.default_rng(_SEED)
    still = np.tile([0.0, 0.0, 1.0], (700, 1)) + random.normal(0.0, 0.01, size=(700, 3))
    movements = {
        "sitting still": still,
        "walking": walk(random),
        "sitting down": sit_down(random),
        "falling": fall(random),
    }
    for name, samples in movements.items():
        lines.append(f"{name:<44}" + "".join(f"{_cost(position, samples):>9.2f}" for position in POSITIONS))
    asked = subprocess.run([sys.executable, "-P", "-c", _MEMORY], capture_output=True, text=True, check=True)
    lines.append(asked.stdout.strip())
    lines += [f"{position}.npz: {(FOLDER / f'{position}.npz').stat().st_size / 1e6:.2f} MB" for position in POSITIONS]
    return "\n".join(lines)


def _cost(position: Position, samples: np.ndarray) -> float:
    """The best of some rounds: what the machine does beside is not the detector's."""
    best = np.inf
    for _ in range(_ROUNDS):
        detector, began = FallDetector(position), time.process_time()
        for begin in range(0, len(samples), _BLOCK):
            detector.feed(samples[begin : begin + _BLOCK], begin / RATE_HZ)
        best = min(best, time.process_time() - began)
    return float(best * 1_000.0 * RATE_HZ / len(samples))


if __name__ == "__main__":
    print(table())
