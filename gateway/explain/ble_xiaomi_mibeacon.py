"""MiBeacon service data for `anju decode`."""

from drivers import ble_mibeacon
from gateway.explain.ble_advertisement import explain_with
from gateway.explain.explanation import Explanation, Vector


def explain(vector: Vector) -> Explanation:
    """Explain one advertisement. Raises RejectedError."""
    return explain_with(vector, ble_mibeacon.UUID, ble_mibeacon.parse, tells_properties=True)
