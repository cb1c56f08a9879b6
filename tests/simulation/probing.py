"""What must be refused once all is quiet, with its own code, and must change nothing.

Every seed asks some of these. The codes are those of `docs/errors.md`; the calls are of people who
may act, about things that are over, that are not theirs, or that there never were.
"""

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any

from goodword.errors import GoodwordError
from goodword.events import Actor
from goodword.payouts.model import Payout, PayoutRun
from goodword.rewards.model import Reward
from goodword.trust.dispute import Dispute
from goodword.trust.disputing import Disputes, Wish
from goodword.trust.resolving import Resolving, Ruling
from goodword_aws.workflow import StepFunctions

from tests.simulation.complaints import PlainTexts
from tests.simulation.happenings import account_of
from tests.simulation.lambdas import asked
from tests.simulation.story import DAY_MS
from tests.support.scene import PROGRAM

if TYPE_CHECKING:
    from tests.simulation.town import Town

ASKED = 4  # of the lists, for each seed
NO_HASH = "0" * 64
NOTHING = "nothing_to_ask"  # there is no such thing in this town
Probe = tuple[str, Callable[["Town"], str]]  # the code that must come, and the call


def _post(path: str, **body: Any) -> Callable[["Town"], str]:
    """A person of finance asks; the code of the refusal."""

    def ask(town: "Town") -> str:
        _, answer = asked(town, "usr_carl", "POST", path, body)
        return str(answer.get("code", "taken"))

    return ask


def _about(kind: type, states: set[str], path: str, **body: Any) -> Callable[["Town"], str]:
    """The same about the first thing of a kind in one of these states."""

    def ask(town: "Town") -> str:
        one = next((each for each in town.all(kind) if each.state in states), None)
        if one is None:
            return NOTHING
        said = {
            name: value.format(**one.__dict__) if isinstance(value, str) else value
            for name, value in body.items()
        }
        return _post(path.format(**one.__dict__), **said)(town)

    return ask


def _payee(kind: type, states: set[str], path: str, **body: Any) -> Callable[["Town"], str]:
    """Whoever is paid by such a thing asks, though it is over."""

    def ask(town: "Town") -> str:
        paid = {one.run_id: one.advocate_id for one in town.all(Payout)}
        for one in town.all(kind):
            who = paid.get(one.run_id) if isinstance(one, PayoutRun) else one.advocate_id
            if who is None or one.state not in states:
                continue
            said = {name: value.format(**one.__dict__) for name, value in body.items()}
            subject = account_of(who)
            _, answer = asked(town, subject, "POST", path.format(**one.__dict__), said)
            return str(answer.get("code", "taken"))
        return NOTHING

    return ask


def _wish(about: str, who: str = "adv_maya", text: str = "why?", **fields: Any) -> Any:
    """An advocate disputes something."""

    def ask(town: "Town") -> str:
        fields_then = {
            name: value(town) if callable(value) else value for name, value in fields.items()
        }
        if None in fields_then.values():
            return NOTHING
        wish = Wish(program_id=PROGRAM, about=about, text=text, **fields_then)  # type: ignore[arg-type]
        return _code(lambda: _disputes(town, Actor(kind="advocate", id=who)).open(who, wish))

    return ask


def _ruling(**changes: Any) -> Callable[["Town"], str]:
    """A person of finance ends a dispute that is over, or none."""

    def ask(town: "Town") -> str:
        over = [one for one in town.all(Dispute) if one.state in ("resolved", "withdrawn")]
        named = changes.get("dispute_id") or (over[0].dispute_id if over else None)
        if named is None:
            return NOTHING
        fields: dict[str, Any] = {"outcome": "upheld", "reason": "other", "learned": "nothing"}
        fields |= {name: one for name, one in changes.items() if name != "dispute_id"}
        who = town.person("usr_fatima")
        disputes = _disputes(town, who)
        resolving = Resolving(disputes.desk, disputes, StepFunctions(town))
        return _code(lambda: resolving.resolve(named, Ruling(**fields), None))

    return ask


def _disputes(town: "Town", who: Actor) -> Disputes:
    texts: Any = PlainTexts()
    return Disputes(town.desk(who), texts)


def _code(act: Callable[[], object]) -> str:
    try:
        act()
    except GoodwordError as refused:
        return refused.code
    return "taken"


def _later(town: "Town") -> int:
    return town.clock.at_ms + DAY_MS


def _not_held(town: "Town") -> str | None:
    """A reward of Maya's that is not on hold."""
    rewards: list[Reward] = town.all(Reward)
    mine = (one for one in rewards if one.advocate_id == "adv_maya" and one.state != "on_hold")
    return next((one.reward_id for one in mine), None)


def _others(town: "Town") -> str | None:
    """A payout that is somebody else's."""
    payouts: list[Payout] = town.all(Payout)
    return next((one.payout_id for one in payouts if one.advocate_id != "adv_maya"), None)


OVER = {"settled", "cancelled", "expired"}
ENDED = {"failed", "returned", "cancelled"}
DECIDED = {"due", "paid", "rejected", "void", "reversed"}
RUN = "/v1/payout-runs/{run_id}"
PAY = {"payout_id": "{payout_id}", "reference": "r1"}
PROBES: tuple[Probe, ...] = (
    ("unknown_reward", _post("/v1/rewards/rwd_0/approve", reason_code="checked_order")),
    ("unknown_reason_code", _post("/v1/rewards/rwd_0/refuse", reason_code="nonsense")),
    *(
        ("not_on_hold", _about(Reward, {state}, "/v1/rewards/{reward_id}/refuse", reason_code=code))
        for state, code in (("paid", "fraud"), ("due", "other"), ("void", "fraud"))
    ),
    ("unknown_run", _post("/v1/payout-runs/run_0/request", run_hash=NO_HASH)),
    ("unknown_run", _post("/v1/payout-runs/run_0/confirm", all=True, reference="r1")),
    ("run_not_waiting", _about(PayoutRun, OVER, f"{RUN}/request", run_hash=NO_HASH)),
    ("unknown_payout", _post("/v1/payout-runs/run_0/confirm", payout_id="pay_0", reference="r1")),
    ("unknown_payout", _about(Payout, ENDED, "/v1/payout-runs/run_0/confirm", **PAY)),
    ("payout_not_open", _about(Payout, ENDED, f"{RUN}/confirm", **PAY)),
    ("reference_missing", _about(Payout, ENDED, f"{RUN}/confirm", payout_id="{payout_id}")),
    (
        "unknown_reason_code",
        _about(Payout, {"paid"}, f"{RUN}/confirm", payout_id="{payout_id}", outcome="failed"),
    ),
    ("payee_may_not_confirm", _payee(Payout, {"paid", *ENDED}, f"{RUN}/confirm", **PAY)),
    ("payee_may_not_request", _payee(PayoutRun, OVER, f"{RUN}/request", run_hash=NO_HASH)),
    (
        "payee_may_not_decide",
        _payee(Reward, DECIDED, "/v1/rewards/{reward_id}/approve", reason_code="checked_order"),
    ),
    (
        "unknown_hold",
        _post("/v1/payout-holds/lift", advocate_id="adv_ben", hold_id="hld_0", reason_code="other"),
    ),
    ("no_text", _wish("missing_conversion", text="  ")),
    ("order_not_named", _wish("missing_conversion")),
    ("order_not_named", _wish("missing_conversion", order_number="7")),
    ("order_in_the_future", _wish("missing_conversion", order_number="7", ordered_ms=_later)),
    ("unknown_reward", _wish("reward", subject_id="rwd_0")),
    ("unknown_payout", _wish("payout", subject_id=_others)),
    ("not_on_hold", _wish("hold", subject_id=_not_held)),
    ("payouts_not_held", _wish("payouts_held", who="adv_nobody")),
    ("not_banned", _wish("ban", who="adv_nobody")),
    ("unknown_dispute", _ruling(dispute_id="dsp_0")),
    ("unknown_reason_code", _ruling(dispute_id="dsp_0", reason="nonsense")),
    ("dispute_over", _ruling()),
)


def probes_of(seed: int) -> list[Probe]:
    """Which of them a seed asks."""
    return Random(f"probes {seed}").sample(PROBES, ASKED)


def probe(town: "Town", asked_now: Probe) -> None:
    """Ask one: refused as said, and nothing is written."""
    wanted, ask = asked_now
    commits = town.commits
    said = ask(town)
    if said not in (wanted, NOTHING):
        town.fail(f"what must be {wanted} is {said}")
    if town.commits != commits:
        town.fail(f"what was refused as {wanted} has written something")
