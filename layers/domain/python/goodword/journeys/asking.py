"""Whether somebody may be asked now, over all journeys together; if not, why, and from when on.

The order of the questions is fixed, so that everybody gets the same answer: what forbids asking
altogether, then what the person has said they want, then how often and how lately they were asked,
then the hour. Pure: the state is the person's own book of asks.
"""

from collections.abc import Sequence
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from goodword.journeys.asked import OWED, Asked, AskState
from goodword.journeys.definition import (
    PUBLIC,
    Ask,
    Channel,
    Frequency,
    JourneyTerms,
    QuietHours,
)
from goodword.journeys.fitting import FitWish
from goodword.journeys.ladder import AHEAD, Ahead
from goodword.journeys.scoring import Motion, Standing, Suppressor
from goodword.journeys.wear import last_ms, unhappy_until, worn_out
from goodword.limits import ASKS_KEPT_MAX, SELDOM_DAYS
from goodword.records import IndexEntry, Key, Record, Value
from goodword.times import DAY_MS, MINUTE_MS, as_datetime

NO_ZONE = ""  # nothing was said: `gate.zoned` knows where such a clock stands
WORLD = "UTC"  # where it stands if nobody at all has said
QUARTER_MS = 15 * MINUTE_MS
OPEN_MS = 180 * DAY_MS
Never = Literal[
    "open_urgent_case",
    "invoice_overdue",
    "churn_risk",
    "recent_complaint",
    "no_consent",
    "too_many_signals",
    "unsubscribed",
    "not_qualified",
    "light_first",
    "deeper_first",
    "unhappy_with_asks",
    "nothing_done",
    "not_agreed",
]
AGREED_DAYS = 365  # for how long a yes to being a reference holds, as long as an opinion counts
YES: frozenset[AskState] = OWED | {"rewarded"}
NO: frozenset[AskState] = frozenset({"declined", "rejected_work"})
SELDOM = Frequency(asks=1, days=SELDOM_DAYS)  # for whoever found being asked bad
Way = Literal["email", "in_app"]  # by mail, or on one's own page alone
Later = Literal["asked_already", "too_often", "cool_down", "quiet_hours"]
# Of what began the walk (`beginning`), and of another walk of the same person (`doubled`).
Begun = Literal["trigger_withdrawn", "case_open", "entered_already"]
# What puts a public review off, and has an end that opinions have no part in.
PAUSES: frozenset[Never | Begun] = frozenset({"open_urgent_case", "invoice_overdue", "case_open"})
Stopped = Literal["programme_paused", "programme_closed"]
Unreached = Literal["not_known_here", "not_taking_part", "forgotten"]


class AskBook(Record):
    """Every ask of one person, newest last; written with each ask, so that limits hold for all.

    Programme and advocate are those of the last ask. Who is worn out, and who was silent longest,
    are found in the index of the programme.

    `shares`: the person lets name and address go to the company's own systems with requests.
    `ways` is how the person wants to hear of a kind of request, whatever its journey says.
    `wished_ms` is when all of these wishes were last said at once, 0 if never. `time_zone` is where
    the person said that their night is, NO_ZONE if they did not; `UTC` is a place like all others.
    `joined`: other names of the person have asks, too, and this book is listed for all (`borne`).
    """

    KIND: ClassVar[str] = "ask_book"

    subject_id: str
    program_id: str = ""
    advocate_id: str = ""
    asks: tuple[Asked, ...] = Field(default=(), max_length=ASKS_KEPT_MAX)
    unsubscribed: tuple[Motion | Literal["all"], ...] = ()
    time_zone: str = NO_ZONE
    shares: bool = False
    ways: dict[Motion, Way] = {}
    wished_ms: int = 0
    joined: bool = False

    def against(self, motion: Motion, channels: Sequence[Channel], by: Channel) -> str:
        """Why nothing about such a request goes `by` this channel; empty if it does.

        The person's wish stands above the journey: who wants mail gets it of every journey, who
        wants the page alone gets nothing else. Without a wish the journey's channels hold.
        """
        if (way := self.ways.get(motion)) is not None:
            return "" if by == way else "other_way_wanted"
        return "" if by in channels else "other_channel"

    @property
    def key(self) -> Key:
        return book_key(self.subject_id)

    @property
    def index_entry(self) -> IndexEntry | None:
        if not self.program_id or not self.asks:
            return None
        worn = self.joined or worn_out(self.asks)
        place = worn_place(self.program_id) if worn else asked_place(self.program_id)
        return IndexEntry(place, f"{last_ms(self.asks):015d}#{self.subject_id}")

    def plus(self, asked: Asked) -> "AskBook":
        """The book with one more; beyond its size the oldest go."""
        return self.but(asks=(*self.asks, asked)[-ASKS_KEPT_MAX:])


def book_key(subject_id: str) -> Key:
    """Where a person's asks are."""
    return Key("core", f"SBJ#{subject_id}", "ASKS")


def worn_place(program_id: str) -> str:
    """The index of those whom being asked has worn out, the longest silent first; also of those of
    several books (`AskBook.joined`), who may be."""
    return f"WORN#{program_id}"


def asked_place(program_id: str) -> str:
    """The index of everybody else who was ever asked, the longest silent first."""
    return f"ASKED#{program_id}"


class AskRules(Record):
    """What holds for every ask of a programme, whichever journey it comes from.

    A journey may be stricter for its own asks, never looser. One that was never set has these.
    `fit` is whose profile suits which motion; of others nothing is asked. `across_programs`: what
    other programmes asked the same mailbox counts, how often and how lately.
    """

    KIND: ClassVar[str] = "ask_rules"

    program_id: str
    frequency: Frequency = Frequency(asks=2, days=30)
    cool_down_days: int = Field(default=14, ge=0, le=365)
    quiet_hours: QuietHours = QuietHours()
    fit: tuple[FitWish, ...] = ()
    across_programs: bool = True

    @property
    def key(self) -> Key:
        return rules_key(self.program_id)


def rules_key(program_id: str) -> Key:
    """Where the rules of all asks of a programme are."""
    return Key("core", f"PROG#{program_id}", "ASKS")


class Verdict(Value):
    """Ask, or why not. `from_ms` is when to look again; None: not because of time."""

    allowed: bool
    reason: Never | Later | Unreached | Stopped | Begun | Literal["", "no_ask"] = ""
    from_ms: int | None = None


def may_ask(
    ask: Ask,
    terms: JourneyTerms,
    rules: AskRules,
    standing: Standing,
    book: AskBook,
    now_ms: int,
    elsewhere: Sequence[int] = (),
) -> Verdict:
    """The verdict for one ask of one person at one time.

    `elsewhere` is when other programmes asked the same mailbox. A journey's own limits hold a
    public review back by public ones of this programme alone: who was asked for something private
    depends on what they answered. The programme's are about all asks.
    """
    refused = _refused(ask.motion, standing, book, now_ms)
    if refused is not None:
        return refused
    asked = book.asks
    times = [*(one.at_ms for one in asked), *elsewhere]
    own = [one.at_ms for one in asked if one.motion in PUBLIC] if ask.public else times
    waits = _longest(
        _waits(ask.motion, rules, asked, asked, now_ms, elsewhere),
        _too_often(terms.frequency, own, now_ms),
        _cool_down(terms.cool_down_days, own, now_ms),
    )
    return waits or _by_hour(terms, rules, book, now_ms)


def may_call(rules: AskRules, standing: Standing, book: AskBook, now_ms: int) -> Verdict:
    """The verdict for a reference call: that of an ask for one, of whoever said yes to one.

    The yes that it rests on holds no call back. Staff and the person agree on an hour themselves.
    """
    refused = _never("reference", standing, book)
    if refused is not None:
        until_ms = unhappy_until(book.asks, now_ms) if refused == "unhappy_with_asks" else None
        return Verdict(allowed=False, reason=refused, from_ms=until_ms)
    yes = agreed(book.asks, now_ms)
    if yes is None:
        return Verdict(allowed=False, reason="not_agreed")
    others = [one for one in book.asks if one.ask_id != yes.ask_id]
    unsaid = [one for one in others if one.state not in YES]
    waits = _waits("reference", rules, others, unsaid, now_ms)
    return waits or Verdict(allowed=True)


def agreed(asks: Sequence[Asked], now_ms: int) -> Asked | None:
    """The ask by which the person is a reference; None if the newest word was no, or too long ago.

    Whoever took it back, or did not come, has to be asked again; silence says nothing.
    """
    said = [one for one in asks if one.motion == "reference" and one.state in (*YES, *NO)]
    newest = max(said, key=lambda one: (one.at_ms, one.ask_id), default=None)
    if newest is None or newest.state in NO or now_ms - newest.at_ms >= AGREED_DAYS * DAY_MS:
        return None
    return newest


def may_remind(
    ask: Ask,
    terms: JourneyTerms,
    rules: AskRules,
    standing: Standing,
    book: AskBook,
    now_ms: int,
) -> Verdict:
    """The verdict for saying an open ask once more: what forbids asking, then the hour."""
    refused = _refused(ask.motion, standing, book, now_ms)
    if refused is not None:
        return refused
    return _by_hour(terms, rules, book, now_ms)


def may_thank(
    terms: JourneyTerms, rules: AskRules, standing: Standing, book: AskBook, now_ms: int
) -> Verdict:
    """The verdict for thanking: it asks for nothing, so only consent, wishes and the hour count."""
    return _unwritten(standing.suppressors, book) or _by_hour(terms, rules, book, now_ms)


def may_notice(rules: AskRules, standing: Standing, book: AskBook, now_ms: int) -> Verdict:
    """The verdict for a notice that no journey sends, such as of a milestone: as for thanks.

    Whoever takes part agreed to such letters by joining, so consent is missing only where the
    person said no.
    """
    said = [one for one in standing.suppressors if one.code != "no_consent" or one.since_ms]
    unwritten = _unwritten(said, book)
    return unwritten or by_hour((rules.quiet_hours,), book.time_zone, now_ms)


def _unwritten(suppressors: Sequence[Suppressor], book: AskBook) -> Verdict | None:
    """Why the person is not written to at all, not even to say something kind."""
    if "all" in book.unsubscribed:
        return Verdict(allowed=False, reason="unsubscribed")
    for one in suppressors:
        if one.code in ("no_consent", "too_many_signals"):  # a no may be among what was not read
            return Verdict(allowed=False, reason=one.code)
    return None


def awake_ms(quiet: Sequence[QuietHours], time_zone: str, now_ms: int) -> int:
    """Now if it is not a quiet hour where the person is; else when the next one begins.

    Times are walked by quarters of an hour, because clocks jump and some zones stand between hours.
    Where every hour is quiet, a day later: somebody has to look at such rules.
    """
    zone = ZoneInfo(time_zone or WORLD)
    if not _is_quiet(quiet, zone, now_ms):
        return now_ms
    at_ms = now_ms - now_ms % QUARTER_MS
    for _ in range(DAY_MS // QUARTER_MS):
        at_ms += QUARTER_MS
        if not _is_quiet(quiet, zone, at_ms):
            return at_ms
    return now_ms + DAY_MS


def _by_hour(terms: JourneyTerms, rules: AskRules, book: AskBook, now_ms: int) -> Verdict:
    return by_hour((terms.quiet_hours, rules.quiet_hours), book.time_zone, now_ms)


def by_hour(quiet: Sequence[QuietHours], time_zone: str, now_ms: int) -> Verdict:
    """Allowed, or not at night."""
    woken_ms = awake_ms(quiet, time_zone, now_ms)
    if woken_ms != now_ms:
        return Verdict(allowed=False, reason="quiet_hours", from_ms=woken_ms)
    return Verdict(allowed=True)


def _is_quiet(quiet: Sequence[QuietHours], zone: ZoneInfo, at_ms: int) -> bool:
    hour = as_datetime(at_ms).astimezone(zone).hour
    return any(one.holds(hour) for one in quiet)


def _waits(
    motion: Motion,
    rules: AskRules,
    asks: Sequence[Asked],
    still: Sequence[Asked],
    now_ms: int,
    elsewhere: Sequence[int] = (),
) -> Verdict | None:
    """What only time stands against in the whole programme.

    `asks` and `elsewhere` count for how often and how lately, `still` for what is open.
    """
    times = [*(one.at_ms for one in asks), *elsewhere]
    return _longest(
        _asked_already(motion, still, now_ms),
        _too_often(rules.frequency, times, now_ms),
        _seldom(motion, asks, now_ms),
        _cool_down(rules.cool_down_days, times, now_ms),
    )


def _longest(*waits: Verdict | None) -> Verdict | None:
    """Of several waits the one that lasts longest."""
    return max(filter(None, waits), key=lambda one: one.from_ms or 0, default=None)


def _never(motion: Motion, standing: Standing, book: AskBook) -> Never | None:
    if "all" in book.unsubscribed or motion in book.unsubscribed:
        return "unsubscribed"
    verdict = next(one for one in standing.motions if one.motion == motion)
    against = [one.code for one in standing.suppressors if one.code in verdict.reasons]
    if against:
        return against[0]
    if verdict.qualifies:
        return None
    ahead: list[Ahead] = [one for one in AHEAD if one in verdict.reasons]
    return ahead[0] if len(ahead) == len(verdict.reasons) else "not_qualified"


def puts_off(motion: Motion, reason: str) -> bool:
    """Whether an ask waits for the end of this and is not given up meanwhile, whoever it is for: a
    public review is not kept from those who had trouble, it comes when the trouble is over.
    """
    return motion in PUBLIC and reason in PAUSES


def _refused(motion: Motion, standing: Standing, book: AskBook, now_ms: int) -> Verdict | None:
    """What no time changes, or what puts a public ask off, which is looked at again in a day."""
    reason = _never(motion, standing, book)
    if reason is None:
        return None
    again_ms = now_ms + DAY_MS if puts_off(motion, reason) else None
    return Verdict(allowed=False, reason=reason, from_ms=again_ms)


def _seldom(motion: Motion, asks: Sequence[Asked], now_ms: int) -> Verdict | None:
    """Whoever found being asked bad is asked seldom; a public review never hangs on an answer."""
    if motion in PUBLIC or unhappy_until(asks, now_ms) is None:
        return None
    return _too_often(SELDOM, [one.at_ms for one in asks], now_ms)


def _asked_already(motion: Motion, asks: Sequence[Asked], now_ms: int) -> Verdict | None:
    """The same motion is still open: nobody is asked twice for one thing at a time.

    What was promised and never came of it is open for half a year, not for ever.
    """
    open_states, since_ms = ("planned", "sent", "accepted", "submitted"), now_ms - OPEN_MS
    still = [one for one in asks if one.state in open_states and one.at_ms > since_ms]
    if any(one.motion == motion for one in still):
        return Verdict(allowed=False, reason="asked_already", from_ms=now_ms + DAY_MS)
    return None


def _too_often(limit: Frequency, times: Sequence[int], now_ms: int) -> Verdict | None:
    span_ms = limit.days * DAY_MS
    within = sorted(one for one in times if one > now_ms - span_ms)
    if len(within) < limit.asks:
        return None
    free_ms = within[len(within) - limit.asks] + span_ms
    return Verdict(allowed=False, reason="too_often", from_ms=free_ms)


def _cool_down(days: int, times: Sequence[int], now_ms: int) -> Verdict | None:
    last_ms = max(times, default=None)
    span_ms = days * DAY_MS
    if last_ms is None or now_ms >= last_ms + span_ms:
        return None
    return Verdict(allowed=False, reason="cool_down", from_ms=last_ms + span_ms)
