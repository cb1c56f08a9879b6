"""Random histories of a programme, and its twelve figures counted by hand from what was said.

The count by hand is written apart from `kpis`: it knows events as they lie in the journal, deals as
the CRM told them and orders as they are kept, and looks at all of them for every figure.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from goodword.conversions.model import Conversion, Identity, Settled
from goodword.events import Event, system
from goodword.journeys.measuring import keep
from goodword.journeys.pipeline import Period
from goodword.journeys.signal import Subject
from goodword.ports import Change
from hypothesis import strategies as st

from tests.support.crm import AT, PROGRAM, Crm, step
from tests.support.people import MACS

DAY = 86_400_000
FIRM = "sbj_firm"  # an account, not a person
ADVOCATES, PEOPLE = ("adv_a", "adv_b", "adv_c"), ("sbj_a", "sbj_b", "sbj_c")
PLAIN = {"occasion": "plain", "namespace": "shop"}
WORK = {"occasion": "event", "namespace": "journeys"}  # the credit of rewarded work
MADE = {"occasion": "event", "namespace": "introductions"}  # somebody was introduced
LIFE = ["activated", "activated", "paused", "left", "banned", "unbanned", "declined"]
days = st.one_of(st.integers(-150, 60), st.integers(-800, 60))
advocates = st.sampled_from(ADVOCATES)
turned_out = st.sampled_from(
    [{}, {"sbj_b": "sbj_a"}, {"sbj_c": "sbj_b"}, {"sbj_b": "sbj_a", "sbj_c": "sbj_b"}]
)
answering = st.lists(st.sampled_from([*PEOPLE, FIRM]), min_size=1, max_size=3)
several = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3)


@dataclass
class Town:
    """Everything that happened, twice: as the product keeps it, and as it was said."""

    crm: Crm = field(default_factory=Crm)
    events: list[Event] = field(default_factory=list)
    deals: list[dict[str, Any]] = field(default_factory=list)
    friends: dict[str, list[tuple[int, str, str | None, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    orders: int = 0
    into: dict[str, str] = field(default_factory=dict)

    def person(self, name: str) -> str:
        """Who somebody turned out to be."""
        return self.person(self.into[name]) if name in self.into else name

    def joins(self, name: str, earlier: str) -> None:
        """It turned out to be the same person as an earlier name."""
        self.into[name] = earlier
        change = Change()
        change.create(
            Subject(
                subject_id=name,
                program_id=PROGRAM,
                what="person",
                merged_into=earlier,
                last_ms=AT,
                created_ms=AT,
            )
        )
        self.crm.store.commit(change)

    def event(self, type: str, subject: str, day: int, **data: Any) -> None:
        self.events.append(
            Event(
                event_id=f"evt_{len(self.events):04d}",
                type=type,
                subject=subject,
                at_ms=AT + day * DAY + len(self.events),
                actor=system("test"),
                data={"program_id": PROGRAM, **data},
            )
        )


def order(town: Town, day: int, action: str, who: str | None, friend: str, late: int) -> None:
    """A lead or sale that was decided some days later, perhaps twice; its friend remembers it."""
    name, at_ms = f"cnv_{town.orders}", AT + day * DAY
    town.orders += 1
    for turn, said in enumerate((who, who if late % 2 else None) if late > 5 else (who,), 1):
        town.event(
            "conversion.decided",
            name,
            day + late * turn,
            advocate_id=said,
            action=action,
            **(
                {1: MADE, 5: MADE, 7: WORK, 9: MADE}.get(late, PLAIN) if action == "lead" else PLAIN
            ),
            outcome="rewarded" if said else "unattributed",
            decision=turn,
            occurred_ms=at_ms,
            net_minor=100 + day % 7 if action == "sale" else 0,
            currency="EUR" if late % 3 else "USD",
        )
        last = said
    mac = MACS.mac("customer", f"crm:{friend}")
    change = Change()
    change.create(
        Conversion.model_validate(
            {
                "conversion_id": name,
                "program_id": PROGRAM,
                "action": action,
                "order_id": name,
                "occurred_ms": at_ms,
                "received_ms": at_ms,
                "currency": "EUR",
                "net_minor": 0,
                "gross_minor": 0,
                "state": "qualified",
                "reason": "",
                "identities": (mac,),
                "advocate_id": last,
            }
        )
    )
    known = town.crm.store.get(Identity, Identity(program_id=PROGRAM, mac=mac).key)
    before = known or Identity(program_id=PROGRAM, mac=mac)
    settled = Settled.model_validate(
        {"conversion_id": name, "occurred_ms": at_ms, "advocate_id": last, "action": action}
    )
    change.save(before.but(conversions=(*before.conversions, settled)))
    town.crm.store.commit(change)
    town.friends[friend].append((at_ms, name, last, action))
    undone(town, name, day, action, last, late)


def undone(town: Town, name: str, day: int, action: str, last: str | None, late: int) -> None:
    """What becomes of it: refunded, given back, or merged into another."""
    at_ms = AT + day * DAY
    if action == "sale" and late in (2, 4, 6):
        town.event(
            "conversion.reversed",
            name,
            day + 9,
            advocate_id=last,
            occurred_ms=at_ms,
            refunded_net_minor=60,
        )
        if day % 2:  # a chargeback that was won: some of it is the shop's again
            town.event(
                "conversion.reinstated",
                name,
                day + 10,
                advocate_id=last,
                occurred_ms=at_ms,
                refunded_net_minor=20 if day % 3 else 0,
            )
    if late == 3 and day % 5 == 0:
        town.event("conversion.merged", name, day + 9, advocate_id=last, occurred_ms=at_ms)


def deal(town: Town, day: int, ends: str, after: int, amount: int | None, friend: str) -> None:
    """A deal that was opened on a day, and ended so many days after."""
    name, account = str(len(town.deals)), f"a-{friend}"
    said = {"opened": True, "contact_ids": (friend,), "account_id": account}
    if amount is not None:
        said["amount"] = str(amount)
    steps = [step(f"{name}-1", day, name, currency="USD" if after % 2 else "EUR", **said)]
    ended = {"won": {"stage": "closedwon"}, "lost": {"stage": "closedlost"}}
    if ends != "open":
        more = ended.get(ends, {"removed": True})
        steps.append(step(f"{name}-2", day + after, name, **more))
    assert town.crm.tell(*reversed(steps)) == ""
    town.deals.append(
        {
            "opened": AT + day * DAY,
            "closed": None if ends == "open" else AT + (day + after) * DAY,
            "state": ends,
            "amount": (amount or 0) * 100,
            "currency": "USD" if after % 2 else "EUR",
            "friend": friend,
        }
    )


def answers(draw: st.DrawFn, town: Town, day: int) -> None:
    """Some people answer a survey at one moment, which is told some days later."""
    value, late = draw(st.integers(0, 10)), draw(st.integers(0, 3))
    kind = draw(st.sampled_from(["nps", "nps", "csat"]))
    for place, person in enumerate(draw(answering)):
        said = {"value": (value + 4 * place) % 11, "kind": kind}
        said |= {"occurred_ms": AT + (day - late) * DAY}
        town.event("journey.signal_noted", person, day, **said)


def touches(draw: st.DrawFn, town: Town, day: int) -> None:
    """A journey asks some people, reminds them, or ends for them."""
    what = draw(st.sampled_from(["asked", "reminded", "ended"]))
    for person in draw(several):
        town.event(f"journey.{what}", f"ask_{day % 9}", day, subject_id=person)


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """A random history of up to forty things."""
    town = Town()
    friends = st.sampled_from(["f-1", "f-2", "f-3"])
    for _ in range(draw(st.integers(0, 30))):
        day, who = draw(days), draw(advocates)
        match draw(st.integers(0, 8)):
            case 0:
                what = draw(st.sampled_from(LIFE))
                town.event(f"enrolment.{what}", who, day, advocate_id=who)
            case 1:
                answers(draw, town, day)
            case 2:
                touches(draw, town, day)
            case 3:
                what = draw(st.sampled_from(["ask_accepted_work", "rewarded", "ask_declined"]))
                ask = f"ask_{draw(st.integers(0, 5))}"
                town.event(f"journey.{what}", ask, day, advocate_id=who)
            case 4 | 5:
                action = draw(st.sampled_from(["lead", "sale"]))
                by = draw(st.sampled_from([who, who, None]))
                order(town, day, action, by, draw(friends), draw(st.integers(0, 9)))
            case 6:  # refunded, and given back
                order(town, draw(st.integers(-60, 30)) | 1, "sale", who, draw(friends), 4)
            case _:
                ends = draw(st.sampled_from(["open", "won", "won", "lost", "removed"]))
                amount = draw(st.none() | st.integers(0, 500))
                deal(town, day, ends, draw(st.integers(1, 300)), amount, draw(friends))
    for name, earlier in draw(turned_out).items():
        town.joins(name, earlier)
    firm = Subject(subject_id=FIRM, program_id=PROGRAM, what="account", last_ms=AT, created_ms=AT)
    change = Change()
    change.create(firm)
    town.crm.store.commit(change)
    for event in draw(st.permutations(town.events)):
        assert keep(town.crm.store, event) in (True, False)
        keep(town.crm.store, event)
    return town


# --- by hand ------------------------------------------------------------------------------------


def inside(at_ms: int | None, period: Period) -> bool:
    return at_ms is not None and period.from_ms <= at_ms < period.to_ms


def when(event: Event) -> int:
    said = event.data.get("occurred_ms")
    return said if isinstance(said, int) else event.at_ms


def decided(town: Town) -> dict[str, Event]:
    gone = {one.subject for one in town.events if one.type == "conversion.merged"}
    found: dict[str, Event] = {}
    for one in sorted(town.events, key=lambda each: (each.data.get("decision", 0), each.at_ms)):
        if one.type == "conversion.decided" and one.subject not in gone:
            found[one.subject] = one
    return found


def _is_one(one: Event) -> bool:
    return one.data["occasion"] == "plain" or one.data["namespace"] == "introductions"


def leads(town: Town, period: Period) -> list[tuple[str, str]]:
    return [
        (name, str(one.data["advocate_id"]))
        for name, one in decided(town).items()
        if one.data["action"] == "lead" and _is_one(one)
        if one.data["advocate_id"] and inside(when(one), period)
    ]


def acts(town: Town, period: Period) -> Counter[str]:
    done = {
        (one.subject, str(one.data["advocate_id"]))
        for one in town.events
        if one.type == "journey.ask_accepted_work" and inside(one.at_ms, period)
    }
    return Counter(who for _, who in done) + Counter(who for _, who in leads(town, period))


def owed(town: Town, deal: dict[str, Any]) -> tuple[str, str] | None:
    for at_ms, name, who, _ in sorted(town.friends[deal["friend"]]):
        if who is not None and (deal["closed"] is None or at_ms < deal["closed"]):
            return ("sourced" if at_ms <= deal["opened"] + DAY else "influenced"), name
    return None


def nps_answers(town: Town) -> list[Any]:
    noted = [one for one in town.events if one.type == "journey.signal_noted"]
    return [one for one in noted if one.data["kind"] == "nps" and one.subject != FIRM]


def by_hand(town: Town, period: Period) -> dict[str, list[tuple[int, int | None, str]]]:
    pool: set[str] = set()
    for one in sorted(town.events, key=lambda each: each.at_ms):
        if one.type.startswith("enrolment.") and one.at_ms < period.to_ms:
            joins = one.type in ("enrolment.activated", "enrolment.unbanned")
            (pool.add if joins else pool.discard)(one.subject)
    answers = {
        town.person(one.subject): one.data["value"]
        for one in sorted(nps_answers(town), key=lambda each: (when(each), -each.data["value"]))
        if inside(when(one), period)
    }
    touched = [
        town.person(str(one.data["subject_id"]))
        for one in town.events
        if one.type in ("journey.asked", "journey.reminded") and inside(one.at_ms, period)
    ]
    now = acts(town, period)
    length = period.to_ms - period.from_ms
    then = acts(town, Period(period.from_ms - length, period.from_ms))
    mine = leads(town, period)
    customers = {
        name
        for rows in town.friends.values()
        for at_ms, name, _, _ in rows
        if any(what == "sale" and who and later >= at_ms for later, _, who, what in rows)
    }
    winners = {
        name
        for each in town.deals
        if each["state"] == "won" and owed(town, each)
        for at_ms, name, _, _ in town.friends[each["friend"]]
        if at_ms < each["closed"]
    }
    opened, revenue = money(town, period)
    return {
        "advocate_pool": [(len(pool), None, "")],
        "promoter_rate": [(sum(1 for v in answers.values() if int(v or 0) > 8), len(answers), "")],
        "activities_per_advocate": [(sum(now.values()), len(pool), "")],
        "program_participation": [(len(pool & set(now)), len(pool), "")],
        "referral_leads": [(len(mine), None, "")],
        "referral_conversion_rate": [
            (len({name for name, _ in mine} & (customers | winners)), len(mine), "")
        ],
        "referral_pipeline": [(opened[one], None, one) for one in sorted(opened)],
        "referral_revenue": [(revenue[one], None, one) for one in sorted(revenue)],
        "repeat_actions": [(sum(1 for n in now.values() if n >= 2), len(now), "")],
        "advocate_retention": [(len(set(now) & set(then)), len(then), "")],
        "touches_per_customer": [(len(touched), len(set(touched)), "")],
        "net_revenue_retention": retained(town, period.to_ms),
    }


def money(town: Town, period: Period) -> tuple[dict[str, int], dict[str, int]]:
    sourced = [each for each in town.deals if (owed(town, each) or ("",))[0] == "sourced"]
    opened: dict[str, int] = defaultdict(int)
    revenue: dict[str, int] = defaultdict(int)
    for each in sourced:
        if each["state"] != "removed" and inside(each["opened"], period):
            opened[each["currency"]] += each["amount"]
        if each["state"] == "won" and inside(each["closed"], period):
            revenue[each["currency"]] += each["amount"]
    refunds: dict[str, int] = {}
    for one in sorted(town.events, key=lambda each: each.at_ms):
        if one.type in ("conversion.reversed", "conversion.reinstated"):
            refunds[one.subject] = int(one.data["refunded_net_minor"] or 0)
    for name, event in decided(town).items():
        data = event.data
        if data["action"] == "sale" and data["advocate_id"] and inside(when(event), period):
            revenue[str(data["currency"])] += int(data["net_minor"] or 0) - refunds.get(name, 0)
    return opened, revenue


def retained(town: Town, to_ms: int) -> list[tuple[int, int | None, str]]:
    year = 365 * DAY
    won = [one for one in town.deals if one["state"] == "won"]
    found = []
    for currency in ("EUR", "USD"):
        old = [
            one
            for one in won
            if one["currency"] == currency and to_ms - 2 * year <= one["closed"] < to_ms - year
        ]
        new = [
            one
            for one in won
            if one["currency"] == currency and to_ms - year <= one["closed"] < to_ms
        ]
        if old:
            who = {one["friend"] for one in old}
            kept = sum(one["amount"] for one in new if one["friend"] in who)
            found.append((kept, sum(one["amount"] for one in old), currency))
    return found
