"""Says from what was told, wished and done alone whether somebody might be asked; by rules of its
own, so that a mistake in the product is not repeated here.

People are numbered 0 and 1; from `joined_ms` on they are one. COMPANY is that of 0 (and so of both
when they are one), and COLLEAGUE works there, too. Everything happens at its own moment.
Weights and bars are written down again, as docs/journeys.md has them.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

DAY = 86_400_000
COMPANY, COLLEAGUE = 2, 3
LIGHT = {"review", "referral", "community", "beta"}
DEEP = {"reference", "story", "speaking", "advisory_board"}
YES, OVER = {"accepted", "submitted", "accepted_work", "rewarded"}, {"declined", "rejected_work"}
# motion: score, results, risk at most
BARS = {
    "referral": (20, 0, 30),
    "community": (20, 0, 30),
    "beta": (20, 10, 30),
    "reference": (40, 10, 20),
    "story": (50, 20, 20),
    "speaking": (60, 20, 10),
    "advisory_board": (70, 30, 10),
}
MOST = {
    "nps": 40,
    "csat": 20,
    "review": 40,
    "complaint": 60,
    "case_opened": 20,
    "case_resolved": 16,
    "milestone": 20,
    "result": 40,
    "renewal": 20,
    "usage": 20,
    "deal_won": 30,
    "churn_risk": 30,
    "invoice_overdue": 10,
}
GIVES: dict[str, Callable[[int], int]] = {
    "nps": lambda said: 30 if said > 8 else 5 if said > 6 else -40,
    "csat": lambda said: 15 if said >= 80 else -20 if said < 50 else 0,
    "review": lambda said: 20 if said > 3 else -25 if said < 3 else 0,
    "complaint": lambda _: -30,
    "case_opened": lambda said: -10 if said == 1 else 0,
    "case_resolved": lambda _: 8,
    "milestone": lambda _: 10,
    "result": lambda said: 20 if said >= 10 else 0,
    "renewal": lambda _: 20,
    "usage": lambda said: 10 if said >= 10 else -15 if said <= -20 else 0,
    "deal_won": lambda _: 15,
    "churn_risk": lambda _: -30,
    "invoice_overdue": lambda _: -5,
}
RESULTS = {"milestone", "result", "renewal", "usage", "deal_won"}
PAIRED = {"case_opened", "case_resolved", "invoice_overdue"}
OPENS = {"case_opened": "case_resolved", "invoice_overdue": "invoice_paid"}


class Heard(NamedTuple):
    """A signal, as it was told."""

    at_ms: int
    who: int
    kind: str
    value: int
    about: str | None


class Wished(NamedTuple):
    """What somebody wished, all of it; `noes` alone if it was one click (`zone` is None)."""

    at_ms: int
    who: int
    noes: frozenset[str]
    zone: str | None


class Moment(NamedTuple):
    """When, and how many events there had been."""

    at_ms: int
    events: int


class Asked(NamedTuple):
    """An ask, as its event says."""

    at: Moment
    ask_id: str
    who: int
    journey: str
    motion: str


@dataclass
class Umpire:
    """Everything that was told. `rules` and `terms` are plain documents."""

    rules: dict[str, Any]
    home: str = "UTC"
    terms: dict[str, dict[str, Any]] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)  # subjects
    heard: list[Heard] = field(default_factory=list)
    wished: list[Wished] = field(default_factory=list)
    enrolled: list[tuple[int, int, str]] = field(default_factory=list)
    joined_ms: int | None = None
    times: list[int] = field(default_factory=list)
    asks: list[Asked] = field(default_factory=list)
    said: list[tuple[Moment, str, str, int | None]] = field(default_factory=list)

    def read(self, events: Iterable[Any]) -> None:
        """The asks and what became of them, from the journal."""
        ordered = sorted(events, key=lambda each: (each.at_ms, each.event_id))
        self.times = [one.at_ms for one in ordered]
        for number, one in enumerate(ordered):
            at = Moment(one.at_ms, number)
            what = one.type.removeprefix("journey.")
            if what == "asked":
                who, motion = self.names[one.data["subject_id"]], one.data["motion"]
                journey = one.data["journey_id"]
                self.asks.append(Asked(at, one.subject, who, journey, motion))
            elif what.startswith("ask_") and one.subject.startswith("ask_"):
                state = what.removeprefix("ask_")
                self.said.append((at, one.subject, state, None))
            elif what == "feedback_given":
                self.said.append((at, one.subject, "accepted_work", one.data["rating"]))
            elif what == "rewarded":
                self.said.append((at, one.subject, "rewarded", None))

    def moment(self, at_ms: int) -> Moment:
        """After everything that had happened by then."""
        return Moment(at_ms, bisect_right(self.times, at_ms))

    # --- who and what, at a moment ------------------------------------------------------------

    def same(self, who: int, at_ms: int) -> set[int]:
        """Whom the person is known as by then."""
        return {0, 1} if self.joined_ms is not None and at_ms >= self.joined_ms else {who}

    def told(self, who: int, at_ms: int) -> list[Heard]:
        """What counts for the person, of the company too."""
        mine = self.same(who, at_ms)
        mine |= {COMPANY} if 0 in mine else set()
        return [one for one in self.heard if one.at_ms <= at_ms and one.who in mine]

    def open_for(self, who: int, opens: str, at_ms: int) -> list[Heard]:
        """Cases or invoices that stand. A case is open for whom its last step names alone."""
        mine = self.same(who, at_ms)
        mine |= {COMPANY, COLLEAGUE} if 0 in mine else set()
        kinds, whose = (opens, OPENS[opens]), mine - {COLLEAGUE}
        told = [one for one in self.heard if one.at_ms <= at_ms and one.kind in kinds]
        counts = [one for one in told if opens == "case_opened" or one.who in whose]
        last = {one.about: one for one in sorted(counts)}
        return [one for one in last.values() if one.kind == opens and one.who in mine]

    def before(self, who: int, at: Moment) -> list[Asked]:
        mine = self.same(who, at.at_ms)
        return [one for one in self.asks if one.at.events < at.events and one.who in mine]

    def state(self, ask: Asked, at: Moment) -> str:
        mine = [one for one in self.said if one[1] == ask.ask_id and one[0].events < at.events]
        return mine[-1][2] if mine else "sent"

    def wishes(self, who: int, at_ms: int) -> tuple[set[str], str]:
        """What is not wanted, and where the night is."""
        books: dict[int, Wished] = {}
        for one in sorted(self.wished):
            if one.at_ms > at_ms:
                break
            noes = books[one.who].noes if one.who in books else frozenset()
            if one.zone is not None:
                alone, old = len(self.same(one.who, one.at_ms)) == 1, books.get(one.who)
                if alone and old and (old.noes, old.zone) == (one.noes, one.zone):
                    continue  # the same again is not said anew
                if not alone:
                    books.clear()
                books[one.who] = one
            else:
                was = books.get(one.who, Wished(0, one.who, noes, ""))
                books[one.who] = was._replace(noes=noes | one.noes)
        mine = [one for who_, one in books.items() if who_ in self.same(who, at_ms)]
        zones = sorted(one for one in ((x.at_ms, x.zone) for x in mine) if one[1])
        noes_all = set().union(*(one.noes for one in mine)) if mine else set()
        return noes_all, zones[-1][1] or self.home if zones else self.home

    # --- the questions --------------------------------------------------------------------------

    def takes_part(self, who: int, at_ms: int) -> None:
        last = {one: state for when, one, state in sorted(self.enrolled) if when <= at_ms}
        states = {last.get(one, "active") for one in self.same(who, at_ms)}
        assert "active" in states
        assert "banned" not in states

    def wants(self, who: int, motion: str, at_ms: int) -> None:
        noes, _ = self.wishes(who, at_ms)
        assert not noes & {"all", motion}

    def awake(self, who: int, journey: str, at_ms: int) -> None:
        _, zone = self.wishes(who, at_ms)
        hour = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone)).hour
        for one in (self.rules, self.terms[journey]):
            begins, ends = one["quiet_hours"]["from_hour"], one["quiet_hours"]["until_hour"]
            quiet = {(begins + n) % 24 for n in range((ends - begins) % 24)}
            assert hour not in quiet

    def free_of(self, who: int, motion: str, at_ms: int) -> None:
        """Nothing that forbids asking stands."""
        told = self.told(who, at_ms)
        consent = [one for one in told if one.kind == "consent"]
        assert consent
        assert max(consent).value == 1
        assert not [one for one in self.open_for(who, "case_opened", at_ms) if one.value == 1]
        assert not self.open_for(who, "invoice_overdue", at_ms)
        risks = sorted(one for one in told if one.kind in ("churn_risk", "churn_cleared"))
        if motion != "review" and risks and risks[-1].kind == "churn_risk":
            assert at_ms - risks[-1].at_ms >= 180 * DAY
        if motion != "review":
            assert not [x for x in told if x.kind == "complaint" and at_ms - x.at_ms < 30 * DAY]

    def fits(self, who: int, motion: str, at_ms: int) -> None:
        """The score, what was achieved, and the risk are enough for it."""
        if motion not in BARS:
            return
        sums: dict[str, int] = defaultdict(int)
        spent: dict[str, int] = defaultdict(int)
        seen = set()
        for one in sorted(self.told(who, at_ms), reverse=True):
            if one.kind not in GIVES or (
                one.kind in OPENS | {"case_resolved": 1} and (one.kind, one.about) in seen
            ):
                continue
            if one.kind in PAIRED:
                seen.add((one.kind, one.about))
            if one.kind in ("nps", "csat") and one.kind in spent:
                continue
            full = GIVES[one.kind](one.value)
            age = (at_ms - one.at_ms) // DAY
            size = abs(full) if age <= 30 else abs(full) * max(0, 365 - age) // 335
            size = min(size, MOST[one.kind] - spent[one.kind])
            spent[one.kind] += size
            sums["risk" if full < 0 else "results" if one.kind in RESULTS else "delight"] += size
        score, results, risk = BARS[motion]
        assert sums["delight"] + sums["results"] - sums["risk"] >= score
        assert sums["results"] >= results
        assert sums["risk"] <= risk

    def climbed(self, who: int, motion: str, at: Moment) -> None:
        """Nothing deep came first, nor after a bad word."""
        states = {one: self.state(one, at) for one in self.before(who, at)}
        taken = {one.motion for one, state in states.items() if state in YES}
        done = {x.motion for x, state in states.items() if state in ("accepted_work", "rewarded")}
        reviewed = any(one.kind == "review" for one in self.told(who, at.at_ms))
        if motion in ("reference", "story"):
            assert reviewed or taken & (LIGHT | DEEP)
        if motion in ("speaking", "advisory_board"):
            assert done & DEEP
        if motion == "feedback":
            assert done - {"feedback"}
        if motion in DEEP:
            assert not self.unhappy(who, at)

    def unhappy(self, who: int, at: Moment) -> bool:
        names = {one.ask_id for one in self.before(who, at)}
        given = [
            (when, rating)
            for when, name, _, rating in self.said
            if rating and name in names and when.events < at.events
        ]
        newest = max(given, default=(at, 5))
        return newest[1] <= 2 and at.at_ms < newest[0].at_ms + 180 * DAY

    def seldom(
        self, who: int, motion: str, limits: Iterable[dict[str, Any]], at: Moment, but: str = ""
    ) -> None:
        """Not too often, not too lately, not for what is open; `but` does not count."""
        earlier = [one for one in self.before(who, at) if one.ask_id != but]
        ages = [at.at_ms - one.at.at_ms for one in earlier]
        public = [at.at_ms - one.at.at_ms for one in earlier if one.motion == "review"]
        for one in limits:  # a journey's own hold a public review back by public ones alone
            ours = public if motion == "review" and one is not self.rules else ages
            often = one["frequency"]
            assert len([age for age in ours if age < often["days"] * DAY]) < often["asks"]
            assert not [age for age in ours if age < one["cool_down_days"] * DAY]
        if motion != "review" and self.unhappy(who, at):
            assert not [age for age in ages if age < 90 * DAY]
        open_states = {"sent"} if but else {"sent", "accepted", "submitted"}
        still = [one for one in earlier if self.state(one, at) in open_states]
        lately = [one.motion for one in still if at.at_ms - one.at.at_ms < 180 * DAY]
        assert motion not in lately

    # --- the verdicts ---------------------------------------------------------------------------

    def may_be_asked(self, ask: Asked) -> None:
        who, motion, at = ask.who, ask.motion, ask.at
        self.may_be_told(who, motion, at, ask.journey)
        self.climbed(who, motion, at)
        self.seldom(who, motion, (self.rules, self.terms[ask.journey]), at)

    def may_be_told(self, who: int, motion: str, at: Moment, journey: str) -> None:
        """Also of what was asked before: a reminder, a letter."""
        self.takes_part(who, at.at_ms)
        self.wants(who, motion, at.at_ms)
        self.free_of(who, motion, at.at_ms)
        self.fits(who, motion, at.at_ms)
        self.awake(who, journey, at.at_ms)

    def may_be_called(self, who: int, ask_id: str, at: Moment) -> None:
        """By the yes of this ask."""
        self.takes_part(who, at.at_ms)
        self.wants(who, "reference", at.at_ms)
        self.free_of(who, "reference", at.at_ms)
        self.fits(who, "reference", at.at_ms)
        self.climbed(who, "reference", at)
        words = [one for one in self.before(who, at) if one.motion == "reference"]
        answered = [one for one in words if self.state(one, at) in YES | OVER]
        newest = max(answered)
        assert newest.ask_id == ask_id
        assert self.state(newest, at) in YES
        assert at.at_ms - newest.at.at_ms < 365 * DAY
        self.seldom(who, "reference", (self.rules,), at, but=ask_id)
