"""What the signed-in advocate sees of money: dashboard, rewards, referrals, payouts, own method."""

from collections.abc import Iterator

import pytest
from goodword.conversions.model import Conversion
from goodword.ledger.model import Balance
from goodword.payouts.model import FrozenReward, Payout, PayoutRun
from goodword.ports import Change
from goodword.programs.payment import Payment
from goodword.records import Record
from goodword.rewards.model import Reward, RewardState
from goodword.times import DAY_MS

from tests.support.api import ANNA, BEN, Front, front, join


@pytest.fixture
def call() -> Iterator[Front]:
    with front() as found:
        yield found


def put(call: Front, *records: Record) -> None:
    change = Change()
    change.create(*records)
    call.town.store.commit(change)


def reward(
    advocate_id: str, program_id: str, number: int, state: RewardState, **changes: object
) -> Reward:
    fields: dict[str, object] = {
        "reward_id": f"rwd_{number:026d}",
        "advocate_id": advocate_id,
        "program_id": program_id,
        "version_number": 1,
        "rule_id": "sale",
        "conversion_id": f"cnv_{number}",
        "order_id": f"order-{number}",
        "action": "sale",
        "currency": "EUR",
        "earned_minor": 500,
        "remaining_minor": 500,
        "state": state,
        "created_ms": 1_763_800_000_000,
        "changed_ms": 1_763_800_000_000,
        "start_by_ms": 1_763_800_000_000,
        "hold_until_ms": 1_763_800_000_000 + DAY_MS,
    }
    return Reward.model_validate(fields | changes)


def conversion(program_id: str, number: int) -> Conversion:
    return Conversion(
        conversion_id=f"cnv_{number}",
        program_id=program_id,
        action="sale",
        order_id=f"order-{number}",
        occurred_ms=1_763_800_000_000,
        received_ms=1_763_800_000_000,
        currency="EUR",
        net_minor=5_000,
        gross_minor=5_000,
        state="qualified",
        reason="rewarded",
    )


class TestTheDashboard:
    def test_shows_money_in_four_words_and_the_next_date(self, call: Front) -> None:
        payment = Payment(rail="simulator", minimum_minor=2_000)
        program_id = call.town.program(payment=payment).program_id
        advocate_id = join(call, program_id).body["advocate_id"]
        put(
            call,
            Balance(
                advocate_id=advocate_id,
                program_id=program_id,
                currency="EUR",
                pending_minor=100,
                on_hold_minor=200,
                payable_minor=500,
                paid_minor=900,
                leads=1,
                sales=2,
            ),
        )
        (card,) = call(ANNA, "GET", "/v1/me").body["programs"]
        (money,) = card["money"]
        words = ("pending", "on_hold", "ready", "paid")
        assert [money[word]["amount_minor"] for word in words] == [100, 200, 500, 900]
        assert (money["minimum"]["amount_minor"], money["minimum_progress"]) == (2_000, 25)
        assert (card["leads"], card["sales"]) == (1, 2)
        assert card["next_payout_at"] == "2025-12-01T00:00:00.000Z"

    def test_a_warm_dashboard_is_one_query(
        self, call: Front, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        join(call, call.town.program().program_id)
        call(ANNA, "GET", "/v1/me")
        asked: list[str] = []
        store = call.town.store
        for name in ("get", "get_many", "get_mixed", "query", "query_mixed", "query_index"):

            def counted(*args: object, _name: str = name, **kwargs: object) -> object:
                asked.append(_name)
                return getattr(type(store), _name)(store, *args, **kwargs)

            monkeypatch.setattr(store, name, counted)
        assert call(ANNA, "GET", "/v1/me").status == 200
        assert asked == ["query_mixed"]

    def test_rewards_come_in_plain_words_newest_first(self, call: Front) -> None:
        program_id = call.town.program().program_id
        advocate_id = join(call, program_id).body["advocate_id"]
        put(
            call,
            reward(advocate_id, program_id, 1, "paid"),
            reward(advocate_id, program_id, 2, "due"),
            reward(advocate_id, program_id, 3, "on_hold", lapse_ms=call.town.clock.at_ms + DAY_MS),
        )
        first = call(ANNA, "GET", "/v1/me/rewards", query={"limit": "2"}).body
        assert [one["status"]["bucket"] for one in first["data"]] == ["on_hold", "ready"]
        assert first["data"][0]["status"]["fact"] == "On hold since 22 Nov 2025"
        assert first["data"][1]["status"]["date"] == "2025-12-01T00:00:00.000Z"
        more = {"limit": "2", "starting_after": first["next_cursor"]}
        rest = call(ANNA, "GET", "/v1/me/rewards", query=more).body
        assert [one["status"]["bucket"] for one in rest["data"]] == ["paid"]
        assert "order" not in first["data"][0]

    def test_referrals_are_conversions_with_what_they_earned(self, call: Front) -> None:
        program_id = call.town.program().program_id
        advocate_id = join(call, program_id).body["advocate_id"]
        put(
            call,
            conversion(program_id, 1),
            conversion(program_id, 2),
            reward(advocate_id, program_id, 1, "due", remaining_minor=300),
            reward(advocate_id, program_id, 20, "due", conversion_id="cnv_2"),
            reward(advocate_id, program_id, 21, "void", conversion_id="cnv_2"),
            reward(advocate_id, program_id, 30, "due", conversion_id="cnv_gone"),
        )
        rows = call(ANNA, "GET", "/v1/me/referrals").body["data"]
        assert [(one["conversion_id"], one["earned"]["amount_minor"]) for one in rows] == [
            ("cnv_2", 500),
            ("cnv_1", 300),
        ]
        assert len(rows[0]["rewards"]) == 2
        assert set(rows[0]) == {
            "conversion_id",
            "program_id",
            "action",
            "occurred_at",
            "earned",
            "rewards",
            "statuses",
        }

    def test_payouts_say_what_they_are_made_of_to_their_payee_only(self, call: Front) -> None:
        program_id = call.town.program().program_id
        advocate_id = join(call, program_id).body["advocate_id"]
        join(call, program_id, BEN)
        own = {"run_id": "run_1", "program_id": program_id, "rail": "simulator", "currency": "EUR"}
        times = {"cutoff_ms": 0, "created_ms": 0, "changed_ms": 0}
        paid = {
            "payout_id": "pay_1",
            "advocate_id": advocate_id,
            "rewards": (FrozenReward(reward_id="rwd_1", amount_minor=500),),
            "carry_minor": -100,
            "amount_minor": 400,
            "destination_hash": "0" * 64,
            "state": "paid",
        }
        run = {"period": "2025-11", "minimum_minor": 0, "state": "settled"}
        put(
            call,
            Payout.model_validate(own | times | paid),
            PayoutRun.model_validate(own | times | run),
        )
        (row,) = call(ANNA, "GET", "/v1/me/payouts").body["data"]
        assert (row["total"]["amount_minor"], row["state"]) == (400, "paid")
        assert [one["amount"]["amount_minor"] for one in row["lines"]] == [500, -100]
        assert "destination_hash" not in row
        path = "/v1/me/payouts/pay_1/statement"
        assert call(ANNA, "GET", path).body == row
        sheet = call(ANNA, "GET", path, query={"format": "csv"})
        assert sheet.headers["Content-Type"].startswith("text/csv")
        assert "rwd_1" in sheet.text
        assert call(BEN, "GET", "/v1/me/payouts").body["data"] == []
        refused = call(BEN, "GET", path)
        assert (refused.status, refused.code) == (404, "unknown_payout")


class TestBeingPaid:
    BANK = {"rail": "csv", "destination": {"name": "Anna M", "iban": "DE89370400440532013000"}}

    def test_a_method_is_answered_masked(self, call: Front) -> None:
        join(call, call.town.program().program_id)
        put_it = call(ANNA, "PUT", "/v1/me/payout-method", self.BANK)
        assert put_it.status == 200
        assert put_it.body["destination"] == {"name": "A***", "iban": "DE** **** 3000"}
        assert call(ANNA, "GET", "/v1/me/payout-method").body == put_it.body
        assert call(ANNA, "GET", "/v1/me").body["payout_method"] == "csv"

    def test_repeating_it_gives_the_same_and_changes_nothing(self, call: Front) -> None:
        join(call, call.town.program().program_id)
        first, again = (
            call(ANNA, "PUT", "/v1/me/payout-method", self.BANK, key="once") for _ in range(2)
        )
        assert first.body == again.body
        assert len(call.town.events("advocate.payout_method_changed")) == 1

    def test_a_wrong_account_number_is_named_and_not_repeated(self, call: Front) -> None:
        join(call, call.town.program().program_id)
        iban = "DE88370400440532013000"
        body = {"rail": "csv", "destination": {"name": "Anna M", "iban": iban}}
        reply = call(ANNA, "PUT", "/v1/me/payout-method", body)
        assert (reply.status, reply.code) == (422, "bad_destination")
        assert reply.body["errors"][0]["field"] == "destination.iban"
        assert iban not in reply.text

    def test_no_method_yet_is_not_found(self, call: Front) -> None:
        join(call, call.town.program().program_id)
        reply = call(ANNA, "GET", "/v1/me/payout-method")
        assert (reply.status, reply.code) == (404, "no_payout_method")
