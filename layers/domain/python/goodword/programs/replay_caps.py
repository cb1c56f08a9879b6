"""A replay simulates caps in the order of the decisions, starting from what was used in truth.

Each decision says what its caps left then, refunds and refusals and all; the simulation adds what
the draft had given more or less until then. So a draft that changes nothing finds exactly the room
that there was. Decisions that others have followed count from their own moment until that of the
next one.

What no decision tells stays within bounds: when a refund or refusal in between was booked, what a
limit of the whole programme had left beyond the part that was read, what a subject of whom nothing
is told had used before the period. Where the outcome depends on it the conversion is uncertain.

A budget is no part of the terms: it holds for each conversion as its decision found it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from goodword.limits import READ_KEYS_MAX
from goodword.money import is_money
from goodword.ports import Store
from goodword.programs.caps import Measure, period_name
from goodword.programs.model import Program, ProgramVersion, program_key
from goodword.programs.replay import Outcome, Replay, Rooms, Standing
from goodword.programs.replay_uses import (
    Move,
    ReplayPassing,
    ReplayUse,
    Sum,
    Use,
    Uses,
    fresh_use,
    passing_key,
)
from goodword.records import Key, Record
from goodword.rewards.caps import CapLine, Limit, Room, pool_name, whole_room
from goodword.rewards.decision import Verdict
from goodword.rewards.model import COUNT_ONLY, Counted, Reward

IN_PART, BEFORE, MEANWHILE = "limit_read_in_part", "limit_used_before", "limit_moved_meanwhile"
AGAIN, BUDGET = "decided_again", "budget_not_told"
MEASURES: tuple[Measure, ...] = ("money", "rewards")


class Span(NamedTuple):
    """How much of a limit is used: at least, most likely, at most (None: nobody knows)."""

    low: int
    best: int
    high: int | None
    reason: str


@dataclass
class Caps:
    """The caps that one page of decisions meets: read when met, moved in order, written at last."""

    store: Store
    replay: Replay
    draft: ProgramVersion
    versions: Mapping[int, ProgramVersion]
    _known: dict[Key, ReplayUse] = field(default_factory=dict)
    _before: dict[Key, Record] = field(default_factory=dict)
    _passing: dict[str, ReplayPassing] = field(default_factory=dict)
    _budget: bool | None = None

    def meet(self, page: Sequence[Standing]) -> None:
        """Read at once what is known of everybody whose conversions these are."""
        fresh = [
            self._fresh(place)
            for one in page
            if one.decision.advocate_id is not None
            for place in self._whole(one, one.decision.advocate_id).places
        ]
        wanted: dict[Key, type[Record]] = {one.key: ReplayUse for one in fresh}
        for one in page:
            if one.decision.number > 1:
                key = passing_key(self.replay.replay_id, one.conversion.conversion_id)
                wanted[key] = ReplayPassing
        found: dict[Key, Record] = {}
        keys = list(wanted)
        for start in range(0, len(keys), READ_KEYS_MAX):
            some = {key: wanted[key] for key in keys[start : start + READ_KEYS_MAX]}
            found |= self.store.get_mixed(some)
        self._known |= {use.key: use for use in fresh}
        for record in found.values():
            if isinstance(record, ReplayPassing):
                self._passing[record.conversion_id] = record
            else:
                assert isinstance(record, ReplayUse)
                self._known[record.key] = record
        self._before |= self._known | {one.key: one for one in self._passing.values()}

    def leave(self, standing: Standing) -> ReplayPassing | None:
        """Take off what the conversion's decision before this one had moved; which it was."""
        passing = self._passing.get(standing.conversion.conversion_id)
        if passing is None or standing.decision.number == 1:
            return None
        for move in passing.moves:
            self._add(move.counted, move.use, -1)
        return passing

    def doubts(
        self, standing: Standing, outcome: Outcome, passing: ReplayPassing | None
    ) -> tuple[str, ...]:
        """What is not known of the limits, beside how much of them was used."""
        found = []
        rewards = outcome.verdict.rewards if outcome.verdict else ()
        gives = any(is_money(one.currency) for one in rewards)
        if gives and not _tells_of_money(standing) and self._has_budget:
            found.append(BUDGET)
        limited = gives or any(one.counted for one in rewards)
        later = outcome.then is not None and bool(self.draft.terms.caps) and limited
        if later or (passing is not None and self._anew(standing, outcome, passing)):
            found.append(AGAIN)
        return tuple(found)

    def rooms(self, standing: Standing, winner: str) -> Rooms:
        """What the draft's caps leave for the winner at this conversion."""
        whole = self._whole(standing, winner)
        spans = [self._span(limit, standing, winner) for limit in whole.limits]
        pairs = list(zip(whole.limits, spans, strict=True))
        reasons = [span.reason for span in spans if span.low != span.high]
        return Rooms(
            best=Room(limits=tuple(limit.used(span.best) for limit, span in pairs)),
            tight=Room(limits=tuple(_tight(limit, span) for limit, span in pairs)),
            wide=Room(limits=tuple(limit.used(span.low) for limit, span in pairs)),
            reasons=tuple(dict.fromkeys(reasons)),
        )

    def seen(self, standing: Standing, outcome: Outcome) -> None:
        """The decision is through: what it used in truth, and what the draft moved."""
        people = dict.fromkeys(
            one for one in (outcome.winner, standing.decision.advocate_id) if one is not None
        )
        self._settle(standing)
        places = {place: None for one in people for place in self._whole(standing, one).places}
        moves = [Move(counted=place, use=_moved(place, standing, outcome)) for place in places]
        for move in moves:
            self._add(move.counted, move.use)
        if not standing.stands:
            name = standing.conversion.conversion_id
            known = self._passing.get(name)
            passing = ReplayPassing(
                replay_id=self.replay.replay_id,
                conversion_id=name,
                advocate_id=outcome.winner or "",
                cut=outcome.is_cut,
                moves=tuple(one for one in moves if one.use != Use()),
                keep_s=self.replay.expires_s,
                version=known.version if known else 0,
            )
            self._passing[name] = passing

    @property
    def moved(self) -> list[Record]:
        """Those that are to be written."""
        known = (*self._known.values(), *self._passing.values())
        fresh = {use.key: use for use in known}
        return [one for key, one in fresh.items() if one != self._before.get(key)]

    # --- what is used of a limit ------------------------------------------------------------

    def _span(self, limit: Limit, standing: Standing, winner: str) -> Span:
        line, measure = self._told(limit, standing, winner), limit.measure
        uses = [self._use(place).of(measure) for place in limit.places]
        if not uses:
            return Span(0, 0, 0, "")
        if line is not None and line.whole:
            used = line.limit - line.before + line.over
            low, high = min(one.least for one in uses), max(one.most for one in uses)
            best = max(one.moved for one in uses)
            return Span(
                _natural(used + low), _natural(used + best), _natural(used + high), MEANWHILE
            )
        part = None if line is None else line.limit - line.before + line.over
        known = self._begins(limit)
        reason = IN_PART if line is not None else MEANWHILE if known else BEFORE
        spans = [_between(one, one.earned if known else None, part) for one in uses]
        highs = [span.high for span in spans if span.high is not None]
        return Span(
            max(span.low for span in spans),
            max(span.best for span in spans),
            max(highs, default=None),
            reason,
        )

    def _told(self, limit: Limit, standing: Standing, winner: str) -> CapLine | None:
        """What the decision itself says of the limit: of the advocate's own only if that is it."""
        if limit.scope == "advocate" and standing.decision.advocate_id != winner:
            return None
        lines = _first_lines(standing)
        told = (limit.name, limit.when)
        return next((one for one in lines if (one.cap, one.period) == told), None)

    def _begins(self, limit: Limit) -> bool:
        """Whether nothing was counted before the period of the replay began."""
        known = {cap.name for one in self.versions.values() for cap in one.terms.caps}
        from_ms = self.replay.from_ms
        if limit.name not in known:
            return True
        if from_ms <= min(one.created_ms for one in self.versions.values()):
            return True
        zone = self.draft.terms.payment.time_zone
        return limit.period != "lifetime" and limit.when > period_name(
            limit.period, from_ms - 1, zone
        )

    @property
    def _has_budget(self) -> bool:
        if self._budget is None:
            program = self.store.get(Program, program_key(self.replay.program_id))
            self._budget = program is not None and bool(program.budget)
        return self._budget

    def _anew(self, standing: Standing, outcome: Outcome, passing: ReplayPassing) -> bool:
        """Whether the draft may have decided it at another moment, and had another limit then."""
        then = self.versions[standing.decision.version_number].terms
        stays = passing.advocate_id == outcome.winner and then.rules != self.draft.terms.rules
        return stays and (passing.cut or outcome.is_cut)

    # --- what is kept -----------------------------------------------------------------------

    def _settle(self, standing: Standing) -> None:
        """What the decision tells of its limits is the likeliest from now on."""
        advocate_id = standing.decision.advocate_id
        if advocate_id is None:
            return
        for limit in self._whole(standing, advocate_id).limits:
            line = self._told(limit, standing, advocate_id)
            if line is None or not line.whole:
                continue
            for place in limit.places:
                use = self._use(place)
                told = use.of(limit.measure).but(used=line.limit - line.before + line.over)
                self._set(place, use.but(**{limit.measure: told}))

    def _whole(self, standing: Standing, advocate_id: str) -> Room:
        """The caps of the draft and the budget of then, as if nothing were used."""
        one = standing.conversion
        currency = standing.decision.basis.currency
        read = self.draft.in_currency(currency)
        abroad = "" if currency == self.draft.terms.currency else currency
        friends, at_ms = one.identities, one.occurred_ms
        caps = whole_room(read, None, advocate_id, friends, at_ms, abroad)
        return Room(limits=(*caps.limits, *_budget(standing, abroad)))

    def _fresh(self, counted: Counted) -> ReplayUse:
        return fresh_use(self.replay.replay_id, counted, self.replay.expires_s)

    def _record(self, counted: Counted) -> ReplayUse:
        fresh = self._fresh(counted)
        if fresh.key not in self._known:
            self._keep(self.store.get(ReplayUse, fresh.key) or fresh)
        return self._known[fresh.key]

    def _use(self, counted: Counted) -> Use:
        return self._record(counted).by_period.get(counted.name) or Use()

    def _set(self, counted: Counted, use: Use) -> None:
        record = self._record(counted)
        by_period = {**record.by_period, counted.name: use}
        self._known[record.key] = record.but(by_period=by_period)

    def _add(self, counted: Counted, use: Use, sign: int = 1) -> None:
        if use != Use():
            self._set(counted, self._use(counted).plus(use, sign))

    def _keep(self, record: ReplayUse) -> None:
        self._before[record.key] = self._known[record.key] = record


def _natural(used: int) -> int:
    return max(0, used)


def _between(uses: Uses, earned: int | None, part: int | None) -> Span:
    """Of one place that is not told exactly: what is sure, and what is possible."""
    bounds = [bound for bound in (earned, part) if bound is not None]
    bound = min(bounds, default=None)
    low = uses.held if bound is None else min(uses.held, bound)
    best = max(low, uses.used if bound is None else min(uses.used, bound))
    high = None if bound is None else _natural(bound + uses.most)
    return Span(_natural(low + uses.least), _natural(best + uses.moved), high, "")


def _tight(limit: Limit, span: Span) -> Limit:
    return limit.but(left=0) if span.high is None else limit.used(span.high)


def _first_lines(standing: Standing) -> Sequence[CapLine]:
    """What the limits of a decision left before it gave anything: each as it is told first."""
    found: dict[tuple[str, str], CapLine] = {}
    for line in standing.decision.lines:
        for one in line.caps:
            found.setdefault((one.cap, one.period), one)
    return list(found.values())


def _tells_of_money(standing: Standing) -> bool:
    """Whether the decision met its limits on money, as only rules of money do."""
    return any(line.caps and is_money(line.currency) for line in standing.decision.lines)


def _budget(standing: Standing, abroad: str) -> list[Limit]:
    """The budgets that the decision met, with their sizes of then."""
    return [
        Limit(
            name=line.cap,
            scope="budget",
            measure="money",
            period=line.cap.split("-")[1],  # type: ignore[arg-type]  # `budget-month-money`
            when=line.period,
            size=line.limit,
            places=(_pool(line, abroad),),
            left=line.limit,
        )
        for line in _first_lines(standing)
        if line.cap.startswith("budget-")
    ]


def _pool(line: CapLine, abroad: str) -> Counted:
    return Counted(scope="budget", subject=pool_name(line.cap, abroad), period=line.period)


def _moved(place: Counted, standing: Standing, outcome: Outcome) -> Use:
    """What the decision added to a use in truth, and what the draft adds more or less."""
    had = [one for one in standing.rewards if place in one.counted]
    tight, best, wide = (_in(place, one) for one in (outcome.tight, outcome.verdict, outcome.wide))
    alike = {one.rule_id for one in had if _alike(one, tight) and _alike(one, wide)}
    fleeting = standing.is_fleeting
    some = not fleeting and not standing.came_back  # what is left now was there all the time
    holds = {one.rule_id: 0 if fleeting else _left(one, standing) for one in had}
    lost = [one for one in had if one.rule_id not in alike]
    won = [one for one in wide if one.rule_id not in alike]
    now = _sum(had, lambda one: holds[one.rule_id])
    others = [one for one in best if one.rule_id not in alike]
    then = _sum(() if fleeting else others, standing.held)
    lost_now = _sum(lost, lambda one: holds[one.rule_id])
    sure = now if some else Sum(0, 0)
    most_lost = _sum(lost, _earned)
    least_lost = lost_now if some else Sum(0, 0)
    most_won = _sum(won, _earned)
    sure_won = [one for one in tight if some and one.rule_id not in alike]
    least_won = _sum(sure_won, standing.held)
    if outcome.then is not None:
        once = _sum(_in(place, outcome.then), _earned)
        least_won, most_won = Sum(0, 0), _most(most_won, once)
    parts = {
        measure: Uses(
            used=now.of(measure),
            held=sure.of(measure),
            earned=_sum(had, _earned).of(measure),
            least=least_won.of(measure) - most_lost.of(measure),
            moved=then.of(measure) - lost_now.of(measure),
            most=most_won.of(measure) - least_lost.of(measure),
        )
        for measure in MEASURES
    }
    if place.of == COUNT_ONLY:
        parts["money"] = Uses()  # money of an accepted currency has a use of its own
    return Use.model_validate(parts)


def _in(place: Counted, verdict: Verdict | None) -> list[Reward]:
    return [one for one in verdict.rewards if place in one.counted] if verdict else []


def _alike(had: Reward, given: Sequence[Reward]) -> bool:
    """Whether the draft gives the very same, so that refunds and refusals move both alike."""
    return any(_what(one) == _what(had) for one in given)


def _what(reward: Reward) -> tuple[object, ...]:
    return reward.rule_id, reward.currency, reward.earned_minor, reward.parts


def _left(reward: Reward, standing: Standing) -> int:
    """What the reward holds as the conversion stands, or held when another decision followed."""
    return standing.held(reward) if standing.stands else reward.remaining_minor


def _most(one: Sum, other: Sum) -> Sum:
    return Sum(max(one.money, other.money), max(one.rewards, other.rewards))


def _earned(reward: Reward) -> int:
    return reward.earned_minor


def _sum(rewards: Iterable[Reward], held: Callable[[Reward], int]) -> Sum:
    """What of them counts against limits; what is no money counts in number alone."""
    of = [(held(one), is_money(one.currency)) for one in rewards]
    money = sum(amount for amount, is_paid in of if is_paid)
    return Sum(money, sum(amount > 0 for amount, _ in of))
