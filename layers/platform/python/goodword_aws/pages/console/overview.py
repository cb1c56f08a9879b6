"""The first page of the console: what waits for this person, and how a programme is doing.

Money waits for finance and is seen by admins; the charts are sums, for all of staff.
"""

from typing import Any

from goodword.ledger.service import CHECKS, LedgerCheck
from goodword.limits import PAGE_ITEMS_MAX
from goodword.messages.endpoint import Endpoint, endpoint_key
from goodword.programs.drafts import Drafts
from goodword.programs.model import Program
from goodword.programs.service import Programs
from goodword.rewards.model import reward_listing
from goodword.times import parse_rfc3339

from goodword_aws.calls import BY_PERSON
from goodword_aws.journeys_hand_overs import WORKERS
from goodword_aws.pages.charts import Chart, Series
from goodword_aws.pages.console import MONEY, WRITERS
from goodword_aws.pages.console.choosing import choice_of
from goodword_aws.pages.console.figures import CHANNELS, Figures, figures_of
from goodword_aws.pages.console.hand_overs import waiting
from goodword_aws.pages.console.owing import owed_by_account, owed_by_age, owed_table
from goodword_aws.pages.console.reviews import hours_left
from goodword_aws.pages.view import View
from goodword_aws.payouts_answers import run_page
from goodword_aws.trust import disputes
from goodword_aws.trust_answers import dispute_answer, review_page

LISTED = 5  # rows of each list of the first page; each list has a page of its own


def overview(view: View) -> dict[str, Any]:
    """What waits for a person, and the charts of one programme."""
    money = bool(view.person.groups & MONEY)
    programs, chosen = choice_of(view)
    return {
        "sees_money": money,
        "programs": programs,
        "chosen": chosen.program_id if chosen else "",
        "head": Programs(view.desk).read(chosen.program_id)[0] if chosen else None,
        **_charted(view, chosen),
        **(_waiting(view) if money else {}),
        "drafts": _drafts(view, chosen),
        "webhook_off": _webhook_off(view, chosen),
        "hands": chosen is not None and bool(view.person.groups & WORKERS),
        "handed": waiting(view, chosen.program_id if chosen else "", LISTED),
    }


def _webhook_off(view: View, chosen: Program | None) -> bool:
    """Whether the programme has a webhook that sends nothing; for those who look after it."""
    if chosen is None or not view.person.groups & WRITERS:
        return False
    found = view.desk.store.get(Endpoint, endpoint_key(chosen.program_id))
    return found is not None and found.state == "off"


def _waiting(view: View) -> dict[str, Any]:
    """What waits for finance, soonest first."""
    store, now_ms = view.desk.store, view.desk.clock.now_ms()
    held = review_page(view.desk, reward_listing(store, None, LISTED, None))
    asked = disputes(view.desk).waiting(LISTED, None)
    runs = run_page(store, LISTED, None)
    checks = store.query(LedgerCheck, "core", CHECKS, limit=1, newest_first=True).rows
    answers = [
        dispute_answer(one, view.reader.language, zone=view.reader.zone) for one in asked.rows
    ]
    return {
        "reviews": [(one, hours_left(one.due_at, now_ms)) for one in held.rows],
        "more_reviews": held.cursor is not None,
        "disputes": [(one, hours_left(one.due_at, now_ms)) for one in answers],
        "more_disputes": asked.cursor is not None,
        "runs": runs.rows,
        "check": checks[0] if checks else None,
    }


def _drafts(view: View, chosen: Program | None) -> list[Any]:
    """Open drafts of the programme: what waits for marketing."""
    if chosen is None:
        return []
    page = Drafts(view.desk).list(chosen.program_id, PAGE_ITEMS_MAX, None)
    return [one for one in page.rows if one.state == "open"][:LISTED]


def _charted(view: View, chosen: Program | None) -> dict[str, Any]:
    """The charts of a programme; none before there is one."""
    if chosen is None:
        return {"charts": None, "few": False, "owed": None}
    made = figures_of(
        view.desk.store,
        chosen,
        view.desk.clock.now_ms(),
        sees_people=bool(view.person.groups & BY_PERSON),
    )
    return {
        "charts": _charts(view, made) if made.shown else None,
        "owed": owed_table(view, made) if made.shown else None,
        "few": not made.shown,
    }


def _charts(view: View, made: Figures) -> dict[str, Chart]:
    """Each with its table, its unit and what is said when it is empty."""
    reader, unit = view.reader, made.currency
    days = [reader.day_short(noon_of(day)) for day in made.days]
    partly = view.text("overview.partly") if made.partly else _counted(view, made)
    partial = view.text("overview.newest") if made.decisions_partly else ""
    stands = view.text("overview.stands") if any(made.days.values()) else ""
    newest = f"{stands} {partial}".strip()
    runs_note = " ".join(
        view.text(f"overview.{said}")
        for said, holds in (("partly", made.runs_partly), ("runs_few", made.runs_hidden))
        if holds
    )
    cohorts = f"{view.text('overview.cohort_note')} {partly}".strip()
    hidden = {
        "earned": made.days_hidden,
        "channel": made.channels_hidden,
        "runs": made.runs_hidden,
    }
    periods, totals = (
        [reader.period(one) for one, _ in made.runs],
        [total for _, total in made.runs],
    )

    def chart(name: str, labels: list[str], values: list[int], in_unit: str, note: str) -> Chart:
        return Chart(
            id=name,
            title=view.text(f"overview.chart.{name}"),
            labels=tuple(labels),
            series=(Series(view.text(f"overview.series.{name}"), tuple(values)),),
            empty=view.text("overview.few.words" if hidden.get(name) else f"overview.empty.{name}"),
            unit=in_unit,
            note=note,
        )

    funnel = [view.text(f"overview.step.{name}") for name in ("clicks", "leads", "sales")]
    kinds = [view.text(f"overview.channel.{name}") for name in CHANNELS]
    months = [reader.month_name(*one.month) for one in made.cohorts]
    each = [one.earned_minor // one.people for one in made.cohorts]
    return {
        "earned": chart("earned", days, [*made.days.values()], unit, newest),
        "funnel": chart("funnel", funnel, [made.clicks, made.leads, made.sales], "", partly),
        "owed": owed_by_account(view, made),
        **({"age": owed_by_age(view, made)} if made.sees_people else {}),
        "runs": chart("runs", periods, totals, unit, runs_note),
        "channel": chart("channel", kinds, [*made.channels.values()], unit, newest),
        "cohort": chart("cohort", months, each, unit, cohorts),
    }


def _counted(view: View, made: Figures) -> str:
    """When the people were counted, if not just now."""
    if made.counted_ms is None:
        return ""
    return view.text("overview.everybody", when=view.reader.time(made.counted_ms))


def noon_of(day: str) -> int:
    """The noon of a UTC day, in ms: in most zones it is the same day."""
    return parse_rfc3339(f"{day}T12:00:00Z")
