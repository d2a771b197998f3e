"""BTHome service data for `anju decode`."""

from drivers import ble_bthome
from gateway.explain.ble_advertisement import explain_with
from gateway.explain.explanation import Explanation, Vector


def explain(vector: Vector) -> Explanation:
    """Explain one advertisement. Raises RejectedError.

    Events bear their properties where `ctx` has a `bindkey`, be it null, and are bare words elsewhere.
    """
    context = vector.get("ctx")
    tells_properties = isinstance(context, dict) and "bindkey" in context
    return explain_with(vector, ble_bthome.UUID, ble_bthome.parse, tells_properties=tells_properties)
