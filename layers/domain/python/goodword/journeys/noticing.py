"""Letters that no journey sends keep its manners: not at night, and no praise against a no.

Two sorts. News that only pleases (a level, a milestone) is told in waking hours, to whoever did not
end such letters and whose consent stands, while the programme goes on: a pause holds it, and a
closed programme has no more of it, as of requests. What somebody has to know (they were
introduced by another) is told whatever they wished, but not at night either. Money, disputes and
consents are not looked at here: they are told at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from goodword.advocates.model import Advocate, Known, advocate_key, known_key
from goodword.journeys.asking import by_hour
from goodword.journeys.gate import Gate, Seen, stopped
from goodword.journeys.leaving import ZoneOf
from goodword.journeys.signal import SubjectMark, mark_key
from goodword.messages.model import Unfit
from goodword.ports import Desk


@dataclass(frozen=True)
class Noticing:
    """Looks at notices before they leave; `zone_of` as in `Leaving`."""

    desk: Desk
    gate: Gate
    zone_of: ZoneOf

    def unfit(self, program_id: str, advocate_id: str, *, pleases: bool) -> Unfit | None:
        """Why the letter does not leave now; None: it may. `pleases`: nobody has to know it."""
        zone, asleep = self.zone_of(advocate_id), None
        rules, program = self.gate.ruled(program_id)
        for seen in self._seen(program_id, advocate_id) if pleases else ():
            verdict = replace(seen, zone=zone).may_notice()
            if not verdict.allowed and verdict.from_ms is None:
                return Unfit(verdict.reason)
            asleep = asleep or verdict
        at_ms, zone = self.desk.clock.now_ms(), zone or self.gate.home(program)
        ends = stopped(program, at_ms) if pleases else None
        verdict = ends or asleep or by_hour((rules.quiet_hours,), zone, at_ms)
        return None if verdict.allowed else Unfit(verdict.reason, verdict.from_ms)

    def _seen(self, program_id: str, advocate_id: str) -> Iterator[Seen]:
        """Whom the programme knows by the addresses of the advocate; most often one, or nobody."""
        store = self.desk.store
        advocate = store.get(Advocate, advocate_key(advocate_id))
        known = [known_key(mac) for mac in advocate.known] if advocate is not None else []
        macs = [one.mac for one in store.get_many(Known, known).values() if one.of == "email"]
        marks = store.get_many(SubjectMark, [mark_key(program_id, mac) for mac in macs])
        for subject_id in dict.fromkeys(one.subject_id for one in marks.values()):
            yield self.gate.look(subject_id)
