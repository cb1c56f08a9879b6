"""Where one stands in a programme is told as fact, reason, date and action, and nothing untrue.

Whoever is banned reads the notice with its appeal, whoever is on hold since when and why; beside
that stands neither a link to share nor a day of a payout that will not be. A programme that is
paused or closed says so on every page of one's own that shows it, as nothing new is earned there.
The records of a ban and of a hold are read only where the summary says that there is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goodword.money import is_money
from goodword.payouts.stops import read_stop
from goodword.programs.model import Program, ProgramState, program_key

from goodword_aws import wiring
from goodword_aws.advocates import ProgramCard
from goodword_aws.earnings import MyReward
from goodword_aws.pages.view import View

if TYPE_CHECKING:
    from goodword_aws.trust_answers import ToldAnswer

# What keeps money back until somebody acts: the day of the next payout would promise too much.
KEPT_BACK = frozenset(
    {
        *("on_hold", "dispute_open", "enrolment_banned", "enrolment_paused", "not_enrolled"),
        *("sanctioned_country", "other_currency"),
    }
)
HOLD_REASONS = frozenset({"details_unclear"})  # which are said; of others that a person looks


@dataclass(frozen=True)
class Standing:
    """What is told of one programme. `earns`: a link brings something, so it is worth sharing.

    `programme` is the state of the programme itself, not of the part in it.

    `held_ms` is since when payouts are on hold (None: they are not), `held_why` a key of
    `portal.held`. `pays` are the currencies whose next payout is as the calendar says.
    """

    programme: ProgramState
    earns: bool
    ban: "ToldAnswer | None" = None
    held_ms: int | None = None
    held_why: str = ""
    pays: frozenset[str] = frozenset()


def standings(
    view: View, advocate_id: str | None, cards: Sequence[ProgramCard]
) -> dict[str, Standing]:
    """How the advocate stands in each programme, by its id."""
    if advocate_id is None:
        return {}
    held_ms, held_why = _hold(view, advocate_id, cards)
    states = program_states(view, [card.program_id for card in cards])
    return {
        card.program_id: Standing(
            programme=states[card.program_id],
            earns=card.state == states[card.program_id] == "active",
            ban=_ban(view, advocate_id, card),
            held_ms=held_ms,
            held_why=held_why,
            pays=frozenset(
                one.ready.currency
                for one in card.money
                if one.waits_for not in KEPT_BACK
                and (card.state == "active" or one.ready.amount_minor or one.pending.amount_minor)
            ),
        )
        for card in cards
    }


def program_states(view: View, program_ids: Sequence[str]) -> dict[str, ProgramState]:
    """Whether each programme runs, in one read; at once after it was paused."""
    keys = [program_key(one) for one in program_ids]
    heads = view.desk.store.get_many(Program, keys) if keys else {}
    return {one.program_id: one.state for one in heads.values()}


def reward_days(view: View, rewards: Sequence[MyReward]) -> dict[str, str]:
    """Of rewards that are ready, whose words name no day: when they go out.

    A payout's day is one of the programme's zone, as it is wherever payouts are.
    """
    found: dict[str, str] = {}
    now_ms = view.desk.clock.now_ms()
    for one in rewards:
        if one.status.date is None or not is_money(one.earned.currency):
            continue
        if one.state == "due":
            zone = wiring.shelf().version(one.program_id, now_ms).terms.payment.time_zone
            day = view.reader.within(zone).day(one.status.date)
            found[one.id] = view.text("portal.told.next", day=day)
    return found


def _ban(view: View, advocate_id: str, card: ProgramCard) -> "ToldAnswer | None":
    if card.state != "banned":
        return None
    from goodword.trust.banning import Ban, ban_key  # noqa: PLC0415 - few are banned

    from goodword_aws.trust_answers import ban_answer  # noqa: PLC0415 - it loads all of trust

    found = view.desk.store.get(Ban, ban_key(advocate_id, card.program_id))
    if found is None:
        return None
    return ban_answer(found, view.reader.language, view.reader.zone).told


def _hold(view: View, advocate_id: str, cards: Sequence[ProgramCard]) -> tuple[int | None, str]:
    """Since when payouts are on hold, and why as far as it is said."""
    waits: set[Any] = {one.waits_for for card in cards for one in card.money}
    if "on_hold" not in waits:
        return None, ""
    stop = read_stop(view.desk.store, advocate_id)
    causes = [one for one in stop.all.values() if one.reason == "on_hold"]
    if not causes:  # lifted between the two reads
        return None, ""
    first = min(causes, key=lambda one: one.at_ms)
    why = "ban" if stop.bans else first.code
    return first.at_ms, why if why in HOLD_REASONS or why == "ban" else "looked_at"
