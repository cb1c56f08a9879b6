"""What the advocates' pages show, gathered from the same answers that the API gives.

Every function takes the View and reads what is the reader's own; charts are made of what the page
has read anyway, and say so when there is more.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from goodword.advocates.destination import FIELDS
from goodword.advocates.links import Links
from goodword.advocates.model import Enrolment, enrolment_key
from goodword.conversions.model import Conversion, conversion_key
from goodword.errors import NotFound
from goodword.messages.tips import Stand, Tip, tips_of
from goodword.money import Money
from goodword.payouts.model import Payout, payout_key
from goodword.payouts.statement import Statement
from goodword.ports import Page
from goodword.programs.effective import (
    active_program,
    read_program,
    read_versions,
    version_in_force,
)
from goodword.programs.model import ProgramVersion, version_at
from goodword.rewards.explain_rules import rule_text
from goodword.rewards.model import LEFT, Reward, reward_key

from goodword_aws import advocates as shapes
from goodword_aws import earnings, explanations, wiring
from goodword_aws.advocates_offer import offer_answer
from goodword_aws.pages.charts import Chart, Series
from goodword_aws.pages.embed import embedded
from goodword_aws.pages.portal_latest import BROKEN, because, latest
from goodword_aws.pages.portal_level import recognised
from goodword_aws.pages.portal_standing import Standing, program_states, reward_days, standings
from goodword_aws.pages.reader import Reader
from goodword_aws.pages.view import View
from goodword_aws.payouts_answers import statement_pages
from goodword_aws.programs_drafts import change_words
from goodword_aws.programs_terms import my_terms
from goodword_aws.settings import settings

CHARTED = 100  # rewards or payouts that a chart is made of
MONTHS_MIN, MONTHS_MAX = 6, 12  # months of a chart


def home(view: View) -> dict[str, Any]:
    """The first page: one read of the summary, the links, the newest of each kind of event."""
    found = shapes.dashboard(view.desk, view.advocate_id)
    reached = recognised(view, found, view.advocate_id)
    stands = standings(view, view.advocate_id, found.programs)
    return {
        "dashboard": found,
        "links": own_links(view),
        **latest(view, reached.values()),
        "recognised": reached,
        "funnels": {card.program_id: _funnel(view, card) for card in found.programs},
        "tips": _tips(found, stands),
        "stands": stands,
    }


def _tips(
    board: shapes.DashboardAnswer, stands: Mapping[str, Standing]
) -> dict[str, tuple[Tip, ...]]:
    """What to do next in each programme where one may do something; it is read with the rest."""
    return {
        card.program_id: tips_of(
            Stand(
                clicks=card.clicks,
                leads=card.leads,
                sales=card.sales,
                unpaid_minor=max((_unpaid(one) for one in card.money), default=0),
                has_method=board.payout_method is not None,
            )
        )
        for card in board.programs
        if stands[card.program_id].earns
    }


def _unpaid(money: shapes.MoneyAnswer) -> int:
    return sum(one.amount_minor for one in (money.pending, money.on_hold, money.ready))


def embedded_home(view: View) -> dict[str, Any]:
    """What the token's advocate may be shown in somebody's frame."""
    secrets = wiring.secrets().read(settings().page_secret_arn)
    now_ms = view.desk.clock.now_ms()
    advocate_id = embedded(secrets, view.path["token"], now_ms)
    found = shapes.dashboard(view.desk, advocate_id)
    if found.advocate_id is None:
        raise NotFound("embed_over", "this view has ended; reload the page around it")
    links = [shapes.link_answer(link) for link in Links(view.desk).list(advocate_id)]
    return {
        "dashboard": found,
        "links": links,
        "home": f"{settings().public_url}/my",
        "stands": standings(view, advocate_id, found.programs),
    }


def own_links(view: View) -> list[shapes.LinkAnswer]:
    """All links, the first one first."""
    return [shapes.link_answer(link) for link in Links(view.desk).list(view.advocate_id)]


def rewards(view: View) -> dict[str, Any]:
    """One page of rewards; the first one with what was earned by month."""
    own, page, reader = view.advocate_id, view.page, view.reader
    found = earnings.my_rewards(
        view.desk, own, page.limit, page.starting_after, reader.language, reader.zone
    )
    first, charts = page.starting_after is None, []
    if first:
        lately = found
        if found.cursor is not None:
            lately = earnings.my_rewards(view.desk, own, CHARTED, None)
        earned = [(one.created_at, one.remaining) for one in lately.rows if one.state not in LEFT]
        charts = monthly(view, "earned", earned, newest=_cut(lately))
    return {
        "rewards": found.rows,
        "reward_days": reward_days(view, found.rows),
        "cursor": found.cursor,
        "first": first,
        "charts": charts,
    }


def own_rewards(view: View, conversion_id: str) -> list[str]:
    """What a conversion earned the reader, by the ids of their rewards."""
    found = view.desk.store.get(Conversion, conversion_key(conversion_id))
    keys = [reward_key(view.advocate_id, one) for one in (found.reward_ids if found else ())]
    return (
        [one.reward_id for one in view.desk.store.get_many(Reward, keys).values()] if keys else []
    )


def payouts(view: View) -> dict[str, Any]:
    """The method, the next date, and the payouts so far."""
    store, own = view.desk.store, view.advocate_id
    page = statement_pages(store, own, view.page.limit, view.page.starting_after)
    found, first = shapes.dashboard(view.desk, own), view.page.starting_after is None
    charts = []
    if first:
        lately = page if page.cursor is None else statement_pages(store, own, CHARTED, None)
        paid = [(one.changed_at, one.total) for one in lately.rows if one.state == "paid"]
        charts = monthly(view, "paid", paid, newest=_cut(lately))
    return {
        "dashboard": found,
        "method": method(view) if found.payout_method else None,
        "payouts": page.rows,
        "because": _because(view, page.rows),
        "stands": standings(view, own, found.programs),
        "cursor": page.cursor,
        "first": first,
        "charts": charts,
    }


def method(view: View) -> shapes.MethodAnswer:
    """How the reader is paid, masked."""
    return shapes.method_answer(*shapes.methods(view.desk).read(view.advocate_id))


def rails(view: View) -> Mapping[str, Mapping[str, bool]]:
    """The ways of being paid that the reader's programmes have: their fields, and if one must say.

    Trial payments know countries only where somebody wants to try them.
    """
    found = shapes.dashboard(view.desk, view.advocate_id)
    now_ms = view.desk.clock.now_ms()
    versions = [wiring.shelf().version(card.program_id, now_ms) for card in found.programs]
    names = sorted({one.terms.payment.rail for one in versions})
    return {
        rail: {name: True for name in FIELDS[rail] if rail != "simulator" or name != "country"}
        for rail in names
    }


def statement(view: View) -> Statement:
    """One of the reader's own payouts."""
    return earnings.my_statement(view.desk, view.advocate_id, view.path["payout_id"])


def statement_page(view: View) -> dict[str, Any]:
    """One of the reader's own payouts, who pays it, and why it failed if it did."""
    found = statement(view)
    terms = wiring.shelf().version(found.program_id, view.desk.clock.now_ms()).terms
    return {
        "statement": found,
        "terms": terms,
        "because": _because(view, [found]),
        "paid_to": _paid_to(view, found),
        "orders": _orders(view, found),
    }


def _paid_to(view: View, one: Statement) -> Mapping[str, str] | None:
    """Where a payout goes, masked; None once the reader has another method: it is kept no more."""
    payout = view.desk.store.get(Payout, payout_key(view.advocate_id, one.payout_id))
    try:
        known, destination = shapes.methods(view.desk).read(view.advocate_id)
    except NotFound:
        return None
    same = payout is not None and payout.destination_hash == known.destination_hash
    return shapes.method_answer(known, destination).destination if same else None


def _orders(view: View, one: Statement) -> dict[str, tuple[str, int]]:
    """What each reward of a statement was for, and the time of its order, by the reward's id."""
    store, own = view.desk.store, view.advocate_id
    keys = [reward_key(own, line.reward_id) for line in one.lines if line.reward_id]
    rewards = list(store.get_many(Reward, keys).values()) if keys else []
    places = list({conversion_key(each.conversion_id) for each in rewards})
    found = store.get_many(Conversion, places) if places else {}
    times = {each.conversion_id: each.occurred_ms for each in found.values()}
    return {
        each.reward_id: (each.action, times.get(each.conversion_id, each.created_ms))
        for each in rewards
    }


def _because(view: View, payouts: Sequence[Statement]) -> dict[str, str]:
    """Why those that did not go through did not."""
    return {one.payout_id: because(view, one) for one in payouts if one.state in BROKEN}


def program(view: View, program_id: str) -> dict[str, Any]:
    """What a programme offers now, for everybody: rules, worked examples, since when."""
    active_program(view.desk.store, program_id)
    now_ms = view.desk.clock.now_ms()
    return _told(view, version_in_force(view.desk.store, program_id, now_ms))


def terms(view: View, program_id: str) -> dict[str, Any]:
    """The terms in force, of a programme that is paused or closed too: what was promised holds."""
    head = read_program(view.desk.store, program_id)
    now_ms = view.desk.clock.now_ms()
    told = _told(view, version_in_force(view.desk.store, program_id, now_ms))
    return {**told, "programme": head.state}


def own_terms(view: View, program_id: str) -> dict[str, Any]:
    """What holds for the reader, who may be pinned to a version of their own."""
    versions = read_versions(view.desk.store, program_id)
    return _told(view, version_at(versions, view.desk.clock.now_ms(), view.advocate_id))


def _told(view: View, version: ProgramVersion) -> dict[str, Any]:
    locale = view.reader.locale
    voice = explanations.voice_of(version, locale)
    prefix = change_words(explanations.spoken(locale)).rule_prefix
    return {
        "offer": offer_answer(version),
        "rules": [
            (one.action, rule_text(one, voice).removeprefix(prefix)) for one in version.terms.rules
        ],
        "caps": voice.caps(version.terms.caps),
        "examples": explanations.examples_answer(version, locale),
        "since": version.effective_ms,
    }


def joining(view: View) -> dict[str, Any]:
    """The page on which one joins. An invitation opens a programme that is closed to others."""
    shown = program(view, view.path["program_id"])
    own = view.principal.advocate_id if view.principal else None
    key = enrolment_key(own, view.path["program_id"]) if own else None
    enrolled = view.desk.store.get(Enrolment, key) if key else None
    return {**shown, "standing": enrolled.state if enrolled else ""}


def taken_part(view: View) -> list[dict[str, Any]]:
    """The programmes of the reader, with their rules and examples."""
    found = shapes.dashboard(view.desk, view.advocate_id)
    own, locale = view.advocate_id, view.reader.locale
    states = program_states(view, [card.program_id for card in found.programs])
    return [
        {
            "programme": states[card.program_id],
            **own_terms(view, card.program_id),
            "mine": my_terms(view.desk, card.program_id, own, locale),
        }
        for card in found.programs
    ]


def _cut(lately: Page[Any]) -> int:
    """How many rows there are, if there were more; else 0."""
    return len(lately.rows) if lately.cursor is not None else 0


def monthly(
    view: View, name: str, figures: Iterable[tuple[str, Money]], *, newest: int
) -> list[Chart]:
    """A chart per currency of amounts and their times, the oldest month at the left.

    `newest` is said below it: so many rewards or payouts were looked at; 0 says that all were.
    """
    sums: dict[str, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    for when, amount in figures:
        at = view.reader.at(when)
        sums[amount.currency][at.year, at.month] += amount.amount_minor
    return [
        _by_month(view.reader, name, currency, months, newest=newest)
        for currency, months in sorted(sums.items())
    ]


def _by_month(
    reader: Reader, name: str, currency: str, months: Mapping[tuple[int, int], int], *, newest: int
) -> Chart:
    first, last = (year * 12 + month - 1 for year, month in (min(months), max(months)))
    begin = min(max(first, last - MONTHS_MAX + 1), last - MONTHS_MIN + 1)
    shown = [(n // 12, n % 12 + 1) for n in range(begin, last + 1)]
    labels = tuple(reader.month_name(year, month) for year, month in shown)
    notes = [reader.text("portal.chart.stands")] if name == "earned" else []
    notes += [reader.text("portal.chart.newest", n=newest)] if newest else []
    values = tuple(months.get(one, 0) for one in shown)
    return Chart(
        id=f"{name}-{currency.lower()}",
        title=reader.text(f"portal.chart.{name}"),
        labels=labels,
        series=(Series(reader.text(f"portal.chart.{name}"), values),),
        empty=reader.text("portal.chart.nothing"),
        unit=currency,
        note=" ".join(notes),
    )


def _funnel(view: View, card: shapes.ProgramCard) -> Chart:
    return Chart(
        id=f"funnel-{card.program_id}",
        title=view.text("portal.chart.funnel"),
        labels=tuple(view.text(f"portal.chart.{name}") for name in ("clicks", "leads", "sales")),
        series=(Series(view.text("portal.chart.count"), (card.clicks, card.leads, card.sales)),),
        empty=view.text("portal.chart.no_clicks"),
    )
