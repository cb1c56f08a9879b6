"""Two programmes of one installation, with the same people, customers and order ids.

Nothing of one is anything of the other: whose a customer is, what is capped, counted and levelled,
which refund waits, what is owed and paid, and to which order something may be granted.
"""

from dataclasses import replace
from random import Random
from typing import Any

from goodword.advocates.model import Enrolment, Link
from goodword.conversions.model import OtherNames
from goodword.ports import Change
from goodword.tracking.click import sign_click
from goodword.trust.resolving import Ruling

from tests.simulation.limits import Limited
from tests.simulation.paydays import Paying
from tests.simulation.rarities import Twin
from tests.simulation.shops import FIRST
from tests.simulation.story import CODES, DAY_MS, HOUR_MS, PEOPLE, START_MS, Story, Terms
from tests.simulation.tales.granted import resolving
from tests.simulation.tales.teller import Tale, Teller, plain
from tests.simulation.terms import program_of, version_of
from tests.support.scene import PROGRAM, SECRET

OTHER, THERE = "prg_other", "src_other"
SIDES = {PROGRAM: FIRST, OTHER: THERE}


def _here(draw: Random) -> Story:
    return replace(
        plain(draw),
        sticky=True,
        caps=[Limited("advocate", "month", "amount_minor", 1_000)],
        paying=Paying("weekly", minimum=draw.choice((0, 600))),
    )


def _there(story: Story) -> Story:
    """Twenty per cent, of which less is capped."""
    return replace(
        story,
        versions=[Terms(0, 2_000, 200)],
        caps=[Limited("friend", "lifetime", "amount_minor", 5_000)],
        paying=Paying("weekly"),
    )


def _found(teller: Teller) -> None:
    """The other programme: its head and terms, its shop, and a link of each for everybody."""
    story, change = _there(teller.town.story), Change()
    change.create(program_of(story).but(program_id=OTHER))
    change.create(version_of(story, 0).but(program_id=OTHER))
    for person in PEOPLE:
        made_ms, code = START_MS - 100 * DAY_MS, f"{CODES[person]}X"
        change.create(
            Enrolment(
                advocate_id=person,
                program_id=OTHER,
                state="active",
                created_ms=made_ms,
                changed_ms=made_ms,
            ),
            Link(
                code=code,
                link_id=f"lnk_{code.lower()}",
                advocate_id=person,
                program_id=OTHER,
                destination="https://shop.example/",
                hosts=("shop.example",),
                fallback="https://shop.example/",
                created_ms=made_ms,
            ),
        )
    teller.town.memory.commit(change)
    teller.opens(THERE, program_id=OTHER, namespace=teller.draw.choice(("", FIRST)))


class Sisters:
    """Both programmes, and what must be theirs."""

    def __init__(self, teller: Teller) -> None:
        self.teller, self.draw = teller, teller.draw
        self.owned: dict[tuple[str, str], int] = {}
        self.sales: dict[tuple[str, str], int] = {}
        self.orders: dict[tuple[str, str], int] = {}  # that are not wholly back

    def tells(self, side: str, name: str, net: int, person: str, **fields: Any) -> None:
        """The shop of one programme reports an order of `c1`, who came by this link."""
        code = CODES[person] + ("X" if fields.pop("of", side) == OTHER else "")
        nonce = bytes([8, *self.draw.randbytes(7)])
        fact = self.teller.sold(name, net, **fields)
        click = sign_click(fact.occurred_ms - HOUR_MS // 4, code, nonce, SECRET)
        self.teller.town.story.order(name).twin = Twin(0, provisional=False)
        self.teller.tells(fact.but(click_ids=(click,)), shop=SIDES[side])

    def earns(self, side: str, person: str, amount: int, sales: int = 1, orders: int = 1) -> None:
        """So much more of it is theirs, and everything else as it was."""
        for sums, more in ((self.owned, amount), (self.sales, sales), (self.orders, orders)):
            sums[side, person] = sums.get((side, person), 0) + more
        self.holds()

    def holds(self) -> None:
        """What is owned and counted in each."""
        owned = dict.fromkeys(self.owned, 0)
        for one in self.teller.rewards():
            if one.state not in ("rejected", "void"):
                place = one.program_id, one.advocate_id
                owned[place] = owned.get(place, 0) + one.remaining_minor
        self.teller.wants("is owned", owned, self.owned)
        counted = dict.fromkeys(self.sales, 0), dict.fromkeys(self.orders, 0)
        items = self.teller.town.dynamo
        for stored in (*items.of_kind("balance"), *items.of_kind("tally")):
            plain = stored.plain
            place = plain["program_id"], plain["advocate_id"]
            is_tally = plain["kind"] == "tally"
            more = plain["in_all"].get("orders", 0) if is_tally else plain.get("sales", 0)
            counted[is_tally][place] = counted[is_tally].get(place, 0) + more
        self.teller.wants("is counted", counted, (self.sales, self.orders))

    def grants(self, number: str, **fields: Any) -> str:
        """Ben misses an order of the first programme; the code of the refusal."""
        teller, complaints = self.teller, self.teller.complaints
        if not complaints.running():
            at_ms = teller.now_ms - HOUR_MS
            complaints.ask("missing_conversion", "adv_ben", order_number=number, ordered_ms=at_ms)
            teller.settle()
        (dispute,) = complaints.running()
        said = Ruling("granted", "other", "nothing", **fields)
        return teller.tries(
            "usr_fatima", lambda: resolving(teller).resolve(dispute.dispute_id, said, None)
        )


def _sisters(teller: Teller) -> None:
    """The same orders of the same customer, in both."""
    draw, both = teller.draw, Sisters(teller)
    _found(teller)
    nets = {side: draw.randrange(2_000, 8_000, 10) for side in SIDES}
    people = {PROGRAM: "adv_maya", OTHER: "adv_ben"}
    percent = {PROGRAM: 10, OTHER: 5}  # of which it is a part
    for side in draw.sample(list(SIDES), 2):
        at_ms = teller.now_ms - HOUR_MS // 2
        both.tells(side, "o1", nets[side], people[side], number="#77", occurred_ms=at_ms)
        both.earns(side, people[side], nets[side] // percent[side])
    _stays(both, people, nets)
    _refuses(both, nets)
    _settles(both)


def _stays(both: Sisters, people: dict[str, str], nets: dict[str, int]) -> None:
    """Whose a customer is, up to what is capped, and what names and refunds are about."""
    teller, draw = both.teller, both.draw
    limits = {PROGRAM: 1_000, OTHER: 5_000}
    for side in draw.sample(list(SIDES), 2):
        both.tells(side, "o2", 20_010, "adv_third")
        room = limits[side] - both.owned[side, people[side]]
        both.earns(side, people[side], min(room, 2_001 if side == PROGRAM else 4_002))
    wrong = draw.choice(list(SIDES))
    of = OTHER if wrong == PROGRAM else PROGRAM
    both.tells(wrong, "o3", 3_000, "adv_third", of=of, friend="c7")
    both.holds()
    shop = SIDES[wrong]
    teller.tells(teller.back("parked", "o4", 100), shop=shop)
    teller.tells(names=(OtherNames(order_id="o1", aliases=("o5",)),), shop=shop)
    both.tells(of, "o4", 100, "adv_third", friend="c8")
    both.earns(of, "adv_third", 10 if of == PROGRAM else 20)
    both.tells(of, "o5", 200, "adv_third", friend="c8")
    both.earns(of, "adv_third", 20 if of == PROGRAM else 40)
    both.tells(wrong, "o7", 700, "adv_third", friend="c8")
    both.earns(wrong, "adv_third", 70 if wrong == PROGRAM else 140)
    teller.tells(teller.back("r1", "o1", None), shop=shop)
    gone = nets[wrong] // (10 if wrong == PROGRAM else 5)
    both.earns(wrong, people[wrong], -gone, 0, -1)


def _refuses(both: Sisters, nets: dict[str, int]) -> None:
    """An order of the other programme is not this one's to grant, by whatever it is named."""
    teller = both.teller
    both.tells(OTHER, "o6", 500, "adv_maya", friend="c9", number="#88", of=PROGRAM)
    both.holds()
    found = [one.plain for one in teller.town.dynamo.of_kind("conversion")]
    (other,) = (one["conversion_id"] for one in found if one["order_id"] == "o6")
    commits = teller.town.commits
    wanted = {"conversion_id": other}, {"order_id": "o6"}, {"order_id": "88"}
    said = [both.grants("o6", **fields) for fields in wanted]
    teller.wants("grants", said, ["unknown_conversion", "unknown_order", "unknown_order"])
    written = teller.town.commits - commits
    teller.wants("written by grants that are refused", written, 1)  # the dispute
    both.holds()


def _settles(both: Sisters) -> None:
    """Each pays what it owes, if that is enough for it."""
    teller = both.teller
    least = teller.town.story.paying.minimum
    teller.pays()
    both.holds()
    paid: dict[tuple[str, str], int] = {}
    for one in teller.town.dynamo.of_kind("payout"):
        place = one.plain["program_id"], one.plain["advocate_id"]
        paid[place] = paid.get(place, 0) + one.plain["amount_minor"]
        teller.wants("it is", one.plain["state"], "paid")
    wanted = {
        place: owned
        for place, owned in both.owned.items()
        if owned and (place[0] == OTHER or owned >= least)
    }
    teller.wants("is paid", paid, wanted)


SISTERS = (Tale("two programmes", _sisters, _here, judged=False),)
