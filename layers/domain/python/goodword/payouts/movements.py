"""Money of a payout moves by entries whose ids are derived: frozen, paid or given back, returned.

A repeated step therefore meets its own entry instead of making another.

    frozen     payable -> in_payout          paid       in_payout -> rail
    given back in_payout -> payable          returned   rail -> payable, a part or the rest

What the rail took for a payment is an entry of its own, between programme and rail: the advocate
gets the whole amount.
"""

from typing import Literal

from goodword.ids import derived_id
from goodword.ledger.model import Entry, Leg, account, fees, move, rail_account, rail_fees
from goodword.payouts.hashing import payout_digest
from goodword.payouts.model import Payout, PayoutState
from goodword.rewards.model import Reward, RewardState, moved

What = Literal["payout_frozen", "payout_paid", "payout_given_back", "payout_returned"]


def entry_of(payout: Payout, what: What, at_ms: int) -> Entry:
    """The entry of one movement of the whole amount, or of what has not come back yet.

    The one that freezes a payout says for ever what was frozen.
    """
    refs = {"payout_id": payout.payout_id, "run_id": payout.run_id}
    if what == "payout_frozen":
        refs["digest"] = payout_digest(payout)
    return Entry(
        entry_id=entry_id_of(payout, what),
        what=what,
        at_ms=at_ms,
        program_id=payout.program_id,
        currency=payout.currency,
        legs=_legs(payout, what),
        refs=refs,
    )


def entry_id_of(payout: Payout, what: What) -> str:
    """The id that the entry of this movement has, whether it has been made or not."""
    return derived_id("ent", payout.cutoff_ms, payout.payout_id, what)


def fee_entry(payout: Payout, fee_minor: int, at_ms: int) -> Entry:
    """The rail's fee for a payment, paid by the programme."""
    return Entry(
        entry_id=derived_id("ent", payout.cutoff_ms, payout.payout_id, "payout_fee"),
        what="payout_fee",
        at_ms=at_ms,
        program_id=payout.program_id,
        currency=payout.currency,
        legs=move(fee_minor, fees(payout.program_id), rail_fees(payout.rail)),
        refs={"payout_id": payout.payout_id, "run_id": payout.run_id},
    )


def part_entry(payout: Payout, returned_minor: int, at_ms: int) -> Entry:
    """A part of a paid payout came back: what `returned_minor` in all is more than was known."""
    what, person = "payout_part_returned", payout.advocate_id
    amount = returned_minor - payout.returned_minor
    return Entry(
        entry_id=derived_id("ent", payout.cutoff_ms, payout.payout_id, what, str(returned_minor)),
        what=what,
        at_ms=at_ms,
        program_id=payout.program_id,
        currency=payout.currency,
        legs=move(amount, rail_account(payout.rail), account(person, "payable")),
        refs={"payout_id": payout.payout_id, "run_id": payout.run_id},
    )


def movement_to(payout: Payout, state: PayoutState) -> What:
    """What the ledger sees when the payout goes from where it is to an end."""
    if state == "paid":
        return "payout_paid"
    return "payout_returned" if payout.state == "paid" else "payout_given_back"


def frozen(reward: Reward, payout_id: str, at_ms: int) -> Reward:
    """A due reward inside the payout."""
    return moved(reward, "batched", at_ms).but(payout_id=payout_id)


def released(reward: Reward, payout: Payout, state: PayoutState, at_ms: int) -> Reward | None:
    """The reward after its payout ended in `state`; None when it has left this payout's hands.

    What refunds took in the meantime stays taken: a reward with nothing left ends as reversed.
    """
    held: RewardState = "paid" if payout.state == "paid" else "batched"
    if reward.payout_id != payout.payout_id or reward.state != held:
        return None
    if reward.remaining_minor == 0:
        return moved(reward, "reversed", at_ms, "refunded")
    if state == "paid":
        return moved(reward, "paid", at_ms)
    return moved(reward, "due", at_ms, f"payout_{state}").but(payout_id=None)


def _legs(payout: Payout, what: What) -> tuple[Leg, Leg]:
    amount, person, rail = payout.amount_minor, payout.advocate_id, rail_account(payout.rail)
    if what == "payout_frozen":
        return move(amount, account(person, "payable"), account(person, "in_payout"))
    if what == "payout_paid":
        return move(amount, account(person, "in_payout"), rail)
    if what == "payout_returned":
        return move(amount - payout.returned_minor, rail, account(person, "payable"))
    return move(amount, account(person, "in_payout"), account(person, "payable"))
