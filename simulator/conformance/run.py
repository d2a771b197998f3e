"""All checks against one platform, one after the other, over one house's line."""

from drivers.link.endpoint import Endpoint, LinkLostError, MqttError
from simulator.conformance.checks_answers import ANSWER_CHECKS, handling
from simulator.conformance.checks_line import CONNECTION, FIRST_CHECKS, GOODBYE, LINE_CHECKS
from simulator.conformance.checks_messages import MESSAGE_CHECKS, Check
from simulator.conformance.house import CheckingHouse
from simulator.conformance.verdict import UncheckedError, Verdict, ViolatedError


async def check_platform(
    endpoint: Endpoint, district: str, gateway: str, *, patience_seconds: float, handle_seconds: float
) -> list[Verdict]:
    """Check a platform. Never raises for what the platform does; the report is short where it lets nobody in."""
    house = CheckingHouse(endpoint, district, gateway, patience_seconds)
    verdicts = [await _one(house, CONNECTION)]
    if verdicts[0].passed:
        checks = (*FIRST_CHECKS, *MESSAGE_CHECKS, *LINE_CHECKS, handling(handle_seconds), *ANSWER_CHECKS, GOODBYE)
        for check in checks:
            if not house.connected:
                await _one(house, CONNECTION)
            verdicts.append(await _one(house, check))
    await house.leave()
    return verdicts


async def _one(house: CheckingHouse, check: Check) -> Verdict:
    try:
        await check.run(house)
    except UncheckedError as error:
        return Verdict(check.name, None, str(error), check.where)
    except ViolatedError as error:
        return Verdict(check.name, False, str(error), check.where)
    except MqttError as error:
        if isinstance(error, LinkLostError):
            await house.leave()
        return Verdict(check.name, False, str(error), check.where)
    return Verdict(check.name, True, check.good, check.where)
