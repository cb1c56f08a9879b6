"""Who is paid on one account, and whose orders came from one place: what an audit finds of it.

In some stories several people give the same account, under other names, and strangers have given it
as well; in those where the audit finds much, orders come from a few networks and addresses. What
must be found is counted again from the stored marks.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import TYPE_CHECKING, Any

from goodword.advocates.model import Payee, PayoutMethod, method_key
from goodword.ports import Change
from goodword.records import Record
from goodword.trust.signals import Mark, Trace

from tests.simulation.homes import home_of
from tests.support.payday import Places
from tests.support.scene import PROGRAM

if TYPE_CHECKING:
    from tests.simulation.story import Story
    from tests.simulation.town import Town

Item = dict[str, Any]
Found = dict[tuple[str, str], dict[str, int]]
SHARES = {True: 0.4, False: 0.05}  # of the stories, sharp or not
OWN = 0.3  # of the destinations there are somebody's own
STRANGERS = (0, 0, 1, 3, 4, 5, 7)  # who are paid on the shared account beside them
MANY = 5  # more are not counted
KINDS = {"network": "networks", "address": "places"}
PLACES = ("one", "one", "one", "two", "")  # where an order comes from; of some nobody knows


def settle_at(town: "Town", person: str, fields: dict[str, str], number: int) -> None:
    """Somebody's money goes there from now on."""
    known = town.memory.get(PayoutMethod, method_key(person))
    account = account_of(town.story, person, number)
    same = known is not None and bool(account) and known.account_hash == account
    moved_ms = town.clock.at_ms if known and not same else known.moved_ms if known else 0
    after = PayoutMethod(
        advocate_id=person,
        **home_of(town.story, person, number),
        destination_hash=Places.hash(town.story.rail, fields),
        account_hash=account,
        changed_ms=town.clock.at_ms,
        moved_ms=moved_ms,
        version=known.version if known else 0,
    )
    change, here = Change(), Payee(account_hash=after.paid_at, advocate_id=person)
    change.save(after)
    if shares(town.story) and (known is None or known.paid_at != after.paid_at):
        change.create(here)
        old = known and town.memory.get(Payee, _payee(known.paid_at, person).key)
        if old:
            change.delete(old)
    town.memory.commit(change)


def shares(story: "Story") -> bool:
    """Whether people share an account in this story."""
    return Random(f"neighbours {story.seed}").random() < SHARES[story.sharp]


def account_of(story: "Story", person: str, number: int) -> str:
    """The account of a person's n-th destination; "" where nobody shares one."""
    if not shares(story):
        return ""
    own = Random(f"account {story.seed} {person} {number}").random() < OWN
    return hashlib.sha256(f"account {person if own else 'shared'}".encode()).hexdigest()


def strangers(story: "Story") -> list[Record]:
    """People of elsewhere who are paid on the account that is shared here."""
    count = Random(f"strangers {story.seed}").choice(STRANGERS) if shares(story) else 0
    account = hashlib.sha256(b"account shared").hexdigest()
    names = [f"adv_a{number}" for number in range(count)]  # before everybody here
    return [_payee(account, name) for name in names]


def traced(town: "Town", new: Item) -> None:
    """What is kept of whoever bought, where the audit finds much."""
    if not town.story.sharp:
        return
    chance = Random(f"traces {town.story.seed} {new['order_id']}")
    where = {kind: chance.choice(PLACES) for kind in KINDS}
    marks = [Mark.model_validate({"kind": kind, "mac": mac}) for kind, mac in where.items() if mac]
    if marks:
        change, name = Change(), new["conversion_id"]
        kept_s = town.clock.at_ms // 1_000 * 2
        change.create(
            Trace(conversion_id=name, program_id=PROGRAM, marks=tuple(marks), keep_s=kept_s)
        )
        town.memory.commit(change)


def neighbours(
    every: Callable[[str], list[Item]], payout: Item, terms: dict[str, Any]
) -> Iterator[Found]:
    """What must be found of one payment; `every` are the stored items of a kind."""
    account = payout.get("account_hash") or payout["destination_hash"]
    here = {one["advocate_id"] for one in every("payee") if one["account_hash"] == account}
    others = len(here - {payout["advocate_id"]})
    if others:
        yield {("shared_payee", payout["payout_id"]): {"other_advocates": min(MANY, others)}}
    ids = {each["reward_id"] for each in payout["rewards"]}
    behind = {one["conversion_id"] for one in every("reward") if one["reward_id"] in ids}
    traces = [one for one in every("trace") if one["conversion_id"] in behind]
    figures: dict[str, int] = {}
    for kind, name in KINDS.items():
        seen = Counter(
            mark["mac"] for one in traces for mark in one["marks"] if mark["kind"] == kind
        )
        most, known, one = max(seen.values(), default=0), seen.total(), name.removesuffix("s")
        few = most < terms["network_conversions"]
        if not few and 100 * most >= terms["network_percent"] * known:
            figures |= {f"from_one_{one}": most, f"known_{name}": known}
            figures[f"{one}_percent"] = most * 100 // known
    if figures:
        yield {("one_network", payout["payout_id"]): figures}


def _payee(account: str, person: str) -> Payee:
    return Payee(account_hash=account, advocate_id=person)
