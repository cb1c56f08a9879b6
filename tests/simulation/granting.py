"""What a person gives or refuses holds from the very commit on: judged as it is sent.

Whoever is granted a missing order is given its reward at once. Of a part that is granted no more
comes back later than it was. What was refused of an order is not given anew.
"""

from collections.abc import Iterator
from typing import Any

from tests.simulation.demands import FRIEND, Sent


def _given(sent: Sent) -> Iterator[str]:
    """A missing order that is granted earns, in the same commit."""
    for _, after in sent.put("dispute"):
        granted = after["state"] == "resolved" and after.get("outcome") == "granted"
        if granted and after["about"] == "missing_conversion":
            place = after["advocate_id"], after["conversion_id"]
            if not any(_place(one) == place for one in sent.made("reward")):
                yield f"grants {after['dispute_id']} and gives nothing"


def _part(sent: Sent) -> Iterator[str]:
    """A part of what was refused is the most that there will ever be of it."""
    parts = any(after.get("outcome") == "partly" for _, after in sent.put("dispute"))
    for before, after in sent.put("reward") if parts else ():
        reopened = (before["state"], after["state"]) == ("rejected", "pending")
        if reopened and after.get("ceiling_minor") != after["remaining_minor"]:
            yield f"gives a part of {after['order_id']} and says {after.get('ceiling_minor')}"


def _anew(sent: Sent) -> Iterator[str]:
    """Who was refused a reward of an order is given none of it by a later decision."""
    granted = any(after.get("outcome") for _, after in sent.put("dispute"))
    made = [one for one in sent.made("reward") if not one["advocate_id"].startswith(FRIEND)]
    if granted or not made:
        return
    refused = {
        _place(one)
        for one in sent.items.values()
        if one["kind"] == "reward" and (one["state"] == "rejected" or one.get("reason") == "ban")
    }
    for one in made:
        if _place(one) in refused:
            yield f"gives {one['advocate_id']} anew what was refused of {one['order_id']}"


def _place(one: dict[str, Any]) -> tuple[str, str]:
    return one["advocate_id"], one["conversion_id"]


GRANTING = (_given, _part, _anew)
