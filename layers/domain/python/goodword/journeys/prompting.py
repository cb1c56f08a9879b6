"""Which ask a recommendation followed, by one stated model: it tells which journeys bring deals.

Of an advocate's asks to refer, the newest one that was made before the recommendation counts, if
that was at most PROMPT_DAYS before. A recommendation that followed none came by itself.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from goodword.errors import FieldError, InvalidInput
from goodword.journeys.crediting import Credit, read_many
from goodword.journeys.walk import AskMade, AskOfAdvocate, ask_key
from goodword.limits import PROMPT_DAYS, PROMPTED_ADVOCATES_MAX, PROMPTS_READ_MAX
from goodword.ports import Store
from goodword.records import Key
from goodword.times import DAY_MS


class Prompt(NamedTuple):
    """An ask to refer."""

    made_ms: int
    ask_id: str
    journey_id: str


def prompt_of(credit: Credit, prompts: Mapping[str, Sequence[Prompt]]) -> Prompt | None:
    """The ask that the credited recommendation followed."""
    earliest_ms = credit.referred_ms - PROMPT_DAYS * DAY_MS
    early = [
        one
        for one in prompts.get(credit.advocate_id, ())
        if earliest_ms <= one.made_ms <= credit.referred_ms
    ]
    return max(early, default=None)


def prompts_of(
    store: Store, program_id: str, advocates: Collection[str]
) -> dict[str, Sequence[Prompt]]:
    """The newest asks to refer of each advocate, in one query for each and some batch reads.

    Raises InvalidInput `period_too_large` for more than PROMPTED_ADVOCATES_MAX.
    """
    if len(advocates) > PROMPTED_ADVOCATES_MAX:
        message = f"must be later: more than {PROMPTED_ADVOCATES_MAX} advocates"
        wrong = FieldError("from", message, "period_too_large")
        raise InvalidInput("period_too_large", "the period has too many advocates", [wrong])
    keys = [key for one in sorted(advocates) for key in newest_asks(store, one)]
    found: dict[str, list[Prompt]] = {}
    for ask in read_many(store, AskMade, keys).values():
        if ask.motion == "referral" and ask.program_id == program_id:
            made = Prompt(ask.made_ms, ask.ask_id, ask.journey_id)
            found.setdefault(ask.advocate_id, []).append(made)
    return {**found}


def newest_asks(store: Store, advocate_id: str) -> list[Key]:
    """Where an advocate's newest asks are, at most PROMPTS_READ_MAX, in one query."""
    page = store.query(
        AskOfAdvocate,
        "core",
        f"ADV#{advocate_id}",
        "K#",
        limit=PROMPTS_READ_MAX,
        newest_first=True,
    )
    return [ask_key(one.ask_id) for one in page.rows]
