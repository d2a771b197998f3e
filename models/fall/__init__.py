"""Falls, from an accelerometer on the torso or the wrist: `FallDetector` and what it says."""

from models.fall.detector import FallDetector
from models.fall.verdict import FallVerdict, FaultKind, SensorFault

__all__ = ["FallDetector", "FallVerdict", "FaultKind", "SensorFault"]
