"""A reward is assessed twice: when it is new, and again before it becomes due.

The second time knows what has been seen since: a card that turned up behind three advocates, an
advocate who ordered under the own name. What a person has approved is not held again by a check.
A friend's reward is assessed as the advocate's of the same order: who orders from themselves would
earn on both sides. Reads are a fixed number of items, whatever has happened before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from goodword.advocates.model import Enrolment, Known, enrolment_key, known_key
from goodword.conversions.friends import friend_conversions
from goodword.conversions.model import Conversion, Identity, conversion_key, identity_key
from goodword.limits import ASSESSMENTS_MAX, PARTNERS_MAX
from goodword.ports import Change, Desk
from goodword.records import Key, Record
from goodword.rewards.decision import Decision, decision_key
from goodword.rewards.model import Reward
from goodword.tracking.model import ClickCount, Touch, click_count_key
from goodword.trust.checks import CHECK_SET, run_checks
from goodword.trust.model import (
    Assessment,
    Case,
    Exemption,
    Phase,
    exemption_key,
    held_row,
    verdict,
)
from goodword.trust.noting import sighting_of
from goodword.trust.signals import Trace, trace_key
from goodword.trust.terms import TrustTerms
from goodword.trust.trails import (
    Own,
    Pace,
    Paced,
    Trail,
    customer_of,
    own_key,
    pace_key,
    trail_key,
)

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Assessor:
    """Reads a case, runs the checks and puts what was found into the Change of the reward."""

    desk: Desk

    def assess(
        self, change: Change, reward: Reward, terms: TrustTerms, phase: Phase
    ) -> Assessment | None:
        """The assessment, added to `change` with what it notes; None if there is nothing to read.

        A reward that was assessed ASSESSMENTS_MAX times keeps the last as it stands.
        """
        conversion = self.desk.store.get(Conversion, conversion_key(reward.conversion_id))
        if conversion is None or reward.assessed >= ASSESSMENTS_MAX:
            return None
        whose = reward.advocate_id
        if reward.side == "friend":
            whose = conversion.advocate_id or whose
        case = self._case(change, reward, whose, conversion, terms)
        findings = run_checks(case, terms)
        outcome, reason, points = verdict(findings, terms)
        exempt = self._exempt(whose, reward.program_id)
        made = Assessment(
            reward_id=reward.reward_id,
            number=reward.assessed + 1,
            phase=phase,
            at_ms=self.desk.clock.now_ms(),
            check_set=CHECK_SET,
            findings=findings,
            points=points,
            outcome="pass" if exempt else outcome,
            reason="" if exempt else reason,
            exempt=exempt and outcome != "pass",
        )
        change.create(made)
        if (row := held_row(made, reward)) is not None:
            change.create(row)
        return made

    def _exempt(self, advocate_id: str, program_id: str) -> bool:
        place = exemption_key(advocate_id, program_id)
        given = self.desk.store.get(Exemption, place)
        return given is not None and self.desk.clock.now_ms() < given.until_ms

    def _case(
        self,
        change: Change,
        reward: Reward,
        advocate_id: str,
        conversion: Conversion,
        terms: TrustTerms,
    ) -> Case:
        """Two reads: what the reward and conversion name, then the trails of the marks."""
        program_id = reward.program_id
        places: dict[Key, type[Record]] = {
            decision_key(conversion.conversion_id, max(1, conversion.decisions)): Decision,
            trace_key(conversion.conversion_id): Trace,
            own_key(advocate_id): Own,
            pace_key(advocate_id, program_id): Pace,
            click_count_key(advocate_id, program_id): ClickCount,
            enrolment_key(advocate_id, program_id): Enrolment,
        }
        places |= {identity_key(program_id, mac): Identity for mac in conversion.identities}
        places |= {known_key(mac): Known for mac in conversion.identities}
        found = list(self.desk.store.get_mixed(places).values())
        trace, own, known = _only(Trace, found), _only(Own, found), _only(Known, found)
        trails = self._trails(trace, own)
        seen = self._seen(change, trails, trace, conversion)
        pace = _only(Pace, found) or Pace(advocate_id=advocate_id, program_id=program_id)
        touch = _touch(_only(Decision, found))
        buyer = known.advocate_id if known else None
        partners = _partners(seen, advocate_id)
        paced = pace.plus(_paced(conversion, touch, trace, buyer).but(partners=partners))
        if paced != pace:
            change.save(paced)
        return Case(
            reward=reward,
            advocate_id=advocate_id,
            conversion=conversion,
            touch=touch,
            customer=customer_of(conversion.identities, conversion.conversion_id),
            limits=terms.limits,
            trace=trace,
            own=own,
            trails=seen,
            own_trails={
                (kind, mac): trails[trail_key(kind, mac)]
                for kind, mac in _own_places(own)
                if trail_key(kind, mac) in trails
            },
            pace=paced,
            buyer_pace=self._pace_of(buyer, program_id),
            clicks=_only(ClickCount, found),
            earlier=tuple(friend_conversions([one for one in found if isinstance(one, Identity)])),
            enrolment=_only(Enrolment, found),
        )

    def _trails(self, trace: Trace | None, own: Own | None) -> dict[Key, Trail]:
        keys = [trail_key(mark.kind, mark.mac) for mark in (trace.marks if trace else ())]
        keys += [trail_key(kind, mac) for kind, mac in _own_places(own)]
        return dict(self.desk.store.get_many(Trail, list(dict.fromkeys(keys)))) if keys else {}

    def _seen(
        self,
        change: Change,
        trails: dict[Key, Trail],
        trace: Trace | None,
        conversion: Conversion,
    ) -> dict[str, Trail]:
        """The trails of this conversion's marks, with the advocate it is attributed to by now."""
        seen, now_ms = dict[str, Trail](), self.desk.clock.now_ms()
        sighting = sighting_of(conversion)
        for mark in trace.marks if trace else ():
            trail = trails.get(trail_key(mark.kind, mark.mac))
            trail = trail or Trail(kind=mark.kind, mac=mark.mac)
            if sighting not in trail.sightings:
                trail = trail.seen(sighting, now_ms)
                change.save(trail)
            seen[mark.kind] = trail
        return seen

    def _pace_of(self, advocate_id: str | None, program_id: str) -> Pace | None:
        if advocate_id is None:
            return None
        return self.desk.store.get(Pace, pace_key(advocate_id, program_id))


def _own_places(own: Own | None) -> list[tuple[str, str]]:
    """The own marks whose other owners matter: payout accounts, cards, devices."""
    if own is None:
        return []
    return [(kind, mac) for kind in ("payee", "card", "device") for mac in own.marks.get(kind, ())]


def _touch(decision: Decision | None) -> Touch | None:
    return decision.attribution.winner if decision else None


def _paced(
    conversion: Conversion, touch: Touch | None, trace: Trace | None, buyer: str | None
) -> Paced:
    clicked = touch is not None and touch.kind == "click"
    gap_ms = conversion.occurred_ms - touch.at_ms if touch and clicked else None
    visited = touch.visited if touch else None
    return Paced(
        conversion_id=conversion.conversion_id,
        at_ms=conversion.occurred_ms,
        customer=customer_of(conversion.identities, conversion.conversion_id),
        kind=touch.kind if touch else "",
        link_id=touch.link_id if touch else "",
        gap_s=None if gap_ms is None else max(0, gap_ms) // 1_000,
        visit_country=visited.country if visited else "",
        order_country=trace.country if trace else "",
        buyer=buyer,
    )


def _partners(seen: Mapping[str, Trail], advocate_id: str) -> tuple[str, ...]:
    """Other advocates, of whom other customers have used this order's card or device."""
    found = set[str]()
    for kind in ("card", "device"):
        trail = seen.get(kind)
        if trail is not None and len(trail.customers()) > 1:
            found |= trail.advocates() - {advocate_id}
    return tuple(sorted(found)[:PARTNERS_MAX])


def _only(kind: type[R], found: list[Record]) -> R | None:
    return next((one for one in found if isinstance(one, kind)), None)
