"""Inactivity, wandering and the rhythm of a home."""

from models.inactivity.promise import Promise
from models.inactivity.sensors import Sensor
from models.inactivity.verdict import Fault, Verdict
from models.inactivity.watch import InactivityWatch

__all__ = ["Fault", "InactivityWatch", "Promise", "Sensor", "Verdict"]
