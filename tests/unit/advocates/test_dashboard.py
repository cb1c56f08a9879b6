"""One read gives the whole first page, whatever the history."""

from datetime import UTC, date, datetime

import pytest
from goodword.advocates.dashboard import EMPTY, Dashboard, dashboard_of, read_summary
from goodword.advocates.model import Enrolment, PayoutMethod
from goodword.advocates.recognition import recognition_key
from goodword.ledger.model import Balance
from goodword.payouts.calendar import next_payout
from goodword.payouts.choice import waits_for
from goodword.payouts.due import listed_due
from goodword.ports import Change
from goodword.programs.effective import version_in_force
from goodword.programs.payment import Payment
from goodword.records import Record
from goodword.rewards.model import Reward
from goodword.rewards.tally import tally_key
from goodword.tracking.model import ClickCount
from goodword.trust.banning import ban_key
from goodword.trust.dispute import open_disputes_key
from goodword.trust.model import exemption_key
from goodword.trust.trails import own_key, pace_key

from tests.support.people import Town


@pytest.fixture
def town() -> Town:
    return Town()


def shown(town: Town, advocate_id: str) -> Dashboard:
    now_ms = town.clock.at_ms
    records = read_summary(town.store, advocate_id)
    return dashboard_of(
        records,
        lambda one: version_in_force(town.store, one, now_ms),
        now_ms,
        "mac-{}".format,
        lambda balance: listed_due(town.store, balance),
    )


def put(town: Town, *records: Record) -> None:
    change = Change()
    change.create(*records)
    town.store.commit(change)


def test_somebody_who_is_not_there_has_an_empty_page(town: Town) -> None:
    assert shown(town, "adv_none") == EMPTY


def test_a_newcomer_sees_zeroes_the_minimum_and_the_date(town: Town) -> None:
    payment = Payment(rail="simulator", minimum_minor=1_000)
    enrolment = town.joined(town.program(payment=payment).program_id)
    found = shown(town, enrolment.advocate_id)
    (program,) = found.programs
    (money,) = program.money
    assert found.payout_rail is None
    assert (program.clicks, program.leads, program.sales) == (0, 0, 0)
    assert (money.currency, money.ready_minor, money.paid_minor) == ("EUR", 0, 0)
    assert (money.minimum_minor, money.minimum_progress) == (1_000, 0)
    assert program.next_payout_ms == next_payout(payment, town.clock.at_ms) > town.clock.at_ms
    assert program.disclosure.startswith("#ad")


@pytest.mark.parametrize(
    ("payable", "minimum", "progress"),
    [(0, 0, 100), (999, 1_000, 99), (1_000, 1_000, 100), (-500, 1_000, 0), (5, 0, 100)],
)
def test_progress_towards_the_minimum(
    town: Town, payable: int, minimum: int, progress: int
) -> None:
    payment = Payment(rail="simulator", minimum_minor=minimum)
    enrolment = town.joined(town.program(payment=payment).program_id)
    put(
        town,
        Balance(
            advocate_id=enrolment.advocate_id,
            program_id=enrolment.program_id,
            currency="EUR",
            pending_minor=1,
            on_hold_minor=2,
            payable_minor=payable,
            in_payout_minor=40,
            paid_minor=3,
            leads=4,
            sales=5,
        ),
        ClickCount(advocate_id=enrolment.advocate_id, program_id=enrolment.program_id, clicks=77),
    )
    (program,) = shown(town, enrolment.advocate_id).programs
    (money,) = program.money
    assert (program.clicks, program.leads, program.sales) == (77, 4, 5)
    assert (money.pending_minor, money.on_hold_minor, money.paid_minor) == (1, 2, 3)
    assert (money.ready_minor, money.in_payout_minor) == (payable + 40, 40)
    assert money.minimum_progress == progress


def test_programmes_stand_in_the_order_of_joining_each_with_its_own_figures(town: Town) -> None:
    first = town.joined(town.program(name="First").program_id)
    town.clock.advance(1_000)
    second = town.joined(town.program(name="Second").program_id)
    put(
        town,
        ClickCount(advocate_id=first.advocate_id, program_id=second.program_id, clicks=9),
    )
    town.methods.put(first.advocate_id, "simulator", {"receiver": "a@rail.example"})
    found = shown(town, first.advocate_id)
    assert [(one.name, one.clicks) for one in found.programs] == [("First", 0), ("Second", 9)]
    assert found.payout_rail == "simulator"
    assert found.advocate_id == first.advocate_id


def unread(_: Balance) -> list[Reward]:
    raise AssertionError("no reward is to be read")


def test_the_summary_is_one_query_and_nothing_else(town: Town) -> None:
    enrolment = town.joined(town.program().program_id)
    asked: list[tuple[str, str]] = []
    query = town.store.query_mixed

    class Counted:
        def query_mixed(self, kinds: object, table: str, pk: str, prefix: str) -> object:
            asked.append((pk, prefix))
            return query(kinds, table, pk, prefix)  # type: ignore[arg-type]  # passes on

    records = read_summary(Counted(), enrolment.advocate_id)  # type: ignore[arg-type]  # only that
    version = version_in_force(town.store, enrolment.program_id, town.clock.at_ms)
    now_ms = town.clock.at_ms
    found = dashboard_of(records, lambda one: version, now_ms, str, unread)
    assert found.advocate_id
    assert asked == [(f"ADV#{enrolment.advocate_id}", "A#")]


def test_somebody_in_a_barred_country_reads_that_nothing_will_be_paid(town: Town) -> None:
    enrolment = town.joined(town.program().program_id)
    person = {"advocate_id": enrolment.advocate_id}
    for country, waits in (("KP", "sanctioned_country"), ("DE", "nothing_ready")):
        rail = {"rail": "simulator", "destination_hash": "0" * 64, "changed_ms": 0}
        method = PayoutMethod.model_validate(person | rail | {"country_hash": f"mac-{country}"})
        known, change = town.store.get(PayoutMethod, method.key), Change()
        change.save(method.but(version=known.version if known else 0))
        town.store.commit(change)
        (program,) = shown(town, enrolment.advocate_id).programs
        assert [one.waits_for for one in program.money] == [waits]


@pytest.mark.parametrize(
    ("payable", "state", "rail", "waits"),
    [
        (500, "active", "simulator", None),
        (-1, "active", "simulator", "negative_balance"),
        (500, "paused", "simulator", "enrolment_paused"),
        (500, "banned", "simulator", "enrolment_banned"),
        (500, "active", None, "no_method"),
        (500, "active", "csv", "rail_mismatch"),
        (0, "active", "simulator", "nothing_ready"),
        (99, "active", "simulator", "below_minimum"),
    ],
)
def test_why_the_next_payout_would_pay_nothing(
    payable: int, state: str, rail: str | None, waits: str | None
) -> None:
    payment = Payment(rail="simulator", minimum_minor=100)
    person = {"advocate_id": "adv_1", "program_id": "prg_1"}
    balance = Balance.model_validate({**person, "currency": "EUR", "payable_minor": payable})
    times = {"created_ms": 0, "changed_ms": 0}
    enrolment = Enrolment.model_validate({**person, "state": state, **times})
    method = rail and PayoutMethod.model_validate(
        {"advocate_id": "adv_1", "rail": rail, "destination_hash": "0" * 64, "changed_ms": 0}
    )
    assert waits_for(payment, balance, enrolment, method or None) == waits


def test_ready_money_of_a_later_period_is_promised_for_its_own_day(town: Town) -> None:
    """NET-30: on 5 November what was earned on the 3rd is not paid on 1 December."""
    days = [datetime(2025, 11, day, tzinfo=UTC) for day in (3, 5)]
    earned_ms, now_ms = (round(one.timestamp() * 1_000) for one in days)
    town.clock.at_ms = now_ms
    payment = Payment(rail="simulator", net_days=30)
    enrolment = town.joined(town.program(payment=payment).program_id)
    who = {"advocate_id": enrolment.advocate_id, "program_id": enrolment.program_id}
    town.methods.put(enrolment.advocate_id, "simulator", {"receiver": "a@rail.example"})
    put(
        town,
        Balance.model_validate({**who, "currency": "EUR", "payable_minor": 500}),
        ready(who, created_ms=earned_ms, changed_ms=now_ms, hold_until_ms=earned_ms),
    )
    (program,) = shown(town, enrolment.advocate_id).programs
    assert program.money[0].waits_for is None
    assert program.next_payout_ms == program.money[0].next_payout_ms
    assert datetime.fromtimestamp(program.next_payout_ms / 1_000, UTC).date() == date(2025, 12, 31)


def ready(who: dict[str, str], **times: int) -> Reward:
    given = {"reward_id": "rwd_1", "version_number": 1, "rule_id": "sale", "order_id": "1"}
    more = {"conversion_id": "cnv_1", "action": "sale", "currency": "EUR", "state": "due"}
    amounts = {"earned_minor": 500, "remaining_minor": 500, "start_by_ms": 0}
    return Reward.model_validate({**who, **given, **more, **amounts, **times})


def test_what_grows_with_the_years_is_not_in_the_summary() -> None:
    """Marks, pace, levels, sums of months and disputes may be some KB; two units are to be read."""
    apart = (
        own_key("adv_1"),
        *(
            key("adv_1", "prg_1")
            for key in (
                pace_key,
                tally_key,
                recognition_key,
                exemption_key,
                ban_key,
                open_disputes_key,
            )
        ),
    )
    assert [key.sk for key in apart if key.sk.startswith("A#")] == []
