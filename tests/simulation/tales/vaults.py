"""Where the vault says somebody's money goes: only there, and only where it went when frozen."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from goodword.ports import Change
from goodword.privacy.model import PersonalFields, VaultItem

from tests.simulation.paydays import Paying
from tests.simulation.story import DAY_MS, Story
from tests.simulation.tales.providers import Payees
from tests.simulation.tales.teller import Tale, Teller, plain
from tests.simulation.tales.till import Till

PAID = ("paid", "")


def daily(draw: Random) -> Story:
    """Paid at every midnight."""
    return replace(plain(draw), paying=Paying("daily"))


def _kept(teller: Teller, person: str) -> VaultItem:
    every: list[VaultItem] = teller.town.all(VaultItem)
    (found,) = (one for one in every if one.person_id == person)
    return found


def _meanwhile(teller: Teller, payees: Payees) -> tuple[str, Callable[[], object]]:
    """Something happens to Maya's place between the list and the payment; its word, and an end."""
    kind = teller.draw.choice(("", "moved", "moved back", "erased", "nothing", "no item"))
    kept = _kept(teller, "adv_maya")

    def settles(number: int) -> None:
        payees.lives("adv_maya", receiver=f"plain@maya{number}.example")

    match kind:
        case "moved":
            settles(2)
            return "destination_changed", str
        case "moved back":
            settles(2)
            settles(1)
            return "", str
        case "erased":
            payees.vault.forgotten.add("adv_maya")
            return "no_destination", payees.vault.forgotten.clear
        case "nothing":
            change = Change()
            change.replace(payees.vault.seal("adv_maya", PersonalFields(), kept))
            teller.town.memory.commit(change)
            return "no_destination", lambda: settles(3)
        case "no item":
            change = Change()
            change.delete(kept)
            teller.town.memory.commit(change)
            return "no_destination", lambda: settles(3)
        case _:
            return "", str


def _frozen(teller: Teller) -> None:
    """Two people are listed, and one of them has moved since."""
    till = Till(teller)
    payees = Payees(teller)
    payees.lives("adv_maya", receiver="plain@maya0.example")
    payees.lives("adv_maya", receiver="plain@maya1.example")
    payees.lives("adv_ben", receiver="plain@ben1.example")
    owed = till.earns("o1")
    net = teller.draw.randrange(1_001, 90_001, 10)
    teller.tells(teller.sold("o2", net, "adv_ben", friend="c2"))
    others = net // 10
    till.midnight()
    teller.at((teller.now_ms // DAY_MS + 1) * DAY_MS)
    word, ends = _meanwhile(teller, payees)
    for _ in range(4):  # two findings and two people
        teller.press()
        teller.settle()
        teller.goes_on()
    (hers,), (his,) = payees.of("adv_maya"), payees.of("adv_ben")
    teller.wants("hers", (hers.state, hers.reason), ("failed", word) if word else PAID)
    teller.wants("his", (his.state, his.reason), PAID)
    _left(teller, [("plain@ben1.example", others)], [("plain@maya1.example", owed)] * (not word))
    teller.owns(maya=owed, ben=others)
    teller.paid(maya=0 if word else owed, ben=others)
    if not word:
        return
    (reward,) = teller.of_order("o1")
    wants = ("due", "payout_failed", None)
    teller.wants("due again", (reward.state, reward.reason, reward.payout_id), wants)
    ends()
    till.midnight()
    _left(teller, [("plain@ben1.example", others)], [(_of(payees), owed)])
    teller.paid(maya=owed, ben=others)


def _of(payees: Payees) -> str:
    """Where her vault says that she is paid by now."""
    return payees.vault.open(_kept(payees.teller, "adv_maya")).payout["receiver"]


def _left(teller: Teller, *parts: list[tuple[str, int]]) -> None:
    """What has left, to whom."""
    said = [(one["receiver"], one["amount_minor"]) for one in teller.town.rail.transfers()]
    teller.wants("what has left", sorted(said), sorted(one for part in parts for one in part))


VAULTS = (Tale("a vault says where", _frozen, daily),)
