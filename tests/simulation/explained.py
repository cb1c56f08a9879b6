"""Every refusal is explained: nobody who is right is turned away once nothing fails any more.

While faults strike, a refusal may be one's bad luck. After the heal only what is stored can explain
it: the thing that was asked for is over, or was never there.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.town import Town

# What may be answered to people whatever is stored: their wish has no ground, or had it already.
ALWAYS = {"disputed_already", "outcome_does_not_fit", "cannot_grant"}
ABLE = {  # what a thing must be for a person's word about it to be taken
    "approve": ("reward", "reward_id", {"on_hold"}),
    "refuse": ("reward", "reward_id", {"on_hold"}),
    "request": ("payout_run", "run_id", {"draft"}),
    "release": ("payout_run", "run_id", {"requested"}),
    "findings": ("payout_run", "run_id", {"draft"}),
    "cancel": ("payout_run", "run_id", {"draft", "requested", "released"}),
}


def unexplained(town: "Town", path: str, code: str) -> str:
    """Why a refusal of what somebody rightly asked for makes no sense; "" if it does."""
    *_, subject_id, verb = path.split("/")
    if code in ALWAYS or verb not in ABLE:
        return ""
    kind, name, able = ABLE[verb]
    found = [one.plain for one in town.dynamo.of_kind(kind)]
    here = next((one for one in found if one[name] == subject_id), None)
    if here is None or here["state"] not in able:
        return ""
    if code == "same_person" and any(
        one.get("first_look_by") and one["conversion_id"] == here["conversion_id"] for one in found
    ):
        return ""  # somebody else must look now, at both sides of it
    if verb == "request" and here.get("open_findings"):
        return ""
    if verb == "findings" and not here.get("open_findings"):
        return ""
    return f"{path} was refused with {code}, though it is {here['state']} and nothing fails"
