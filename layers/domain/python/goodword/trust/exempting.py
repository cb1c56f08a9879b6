"""An exemption is a person's word, with a reason and an end: checks then record and do not act."""

from dataclasses import dataclass

from goodword.advocates.model import Enrolment, enrolment_key
from goodword.errors import InvalidInput, NotAllowed, NotFound
from goodword.limits import EXEMPTION_DAYS_MAX
from goodword.ports import Change, Desk, until_settled
from goodword.receipts import Receipt, no_receipt, settle
from goodword.times import DAY_MS
from goodword.trust.model import Exemption, exemption_key

EXEMPT_CODES = ("known_partner", "verified_in_person", "staff_test", "large_household", "other")


@dataclass(frozen=True)
class Exemptions:
    """The use cases of exemptions."""

    desk: Desk

    def give(
        self,
        advocate_id: str,
        program_id: str,
        reason: str,
        until_ms: int,
        decider_advocate_id: str | None,
        receipt: Receipt[Exemption] = no_receipt,
    ) -> Exemption:
        """Exempt an advocate until then; a later one takes the place of an earlier one.

        Raises InvalidInput `unknown_reason_code`, `bad_end`; NotAllowed `payee_may_not_decide`;
        NotFound `not_enrolled`.
        """
        now_ms = self.desk.clock.now_ms()
        if reason not in EXEMPT_CODES:
            raise InvalidInput("unknown_reason_code", "the reason code is not one of the list")
        if not now_ms < until_ms <= now_ms + EXEMPTION_DAYS_MAX * DAY_MS:
            raise InvalidInput("bad_end", f"it ends after now, within {EXEMPTION_DAYS_MAX} days")
        if advocate_id == decider_advocate_id:
            raise NotAllowed("payee_may_not_decide", "nobody is exempted by themselves")

        def attempt() -> Exemption:
            if self.desk.store.get(Enrolment, enrolment_key(advocate_id, program_id)) is None:
                raise NotFound("not_enrolled", "this advocate is not in this programme")
            before = self.desk.store.get(Exemption, exemption_key(advocate_id, program_id))
            given = Exemption(
                advocate_id=advocate_id,
                program_id=program_id,
                reason=reason,
                given_by=self.desk.actor.id,
                given_ms=now_ms,
                until_ms=until_ms,
                version=before.version if before else 0,
            )
            return self._save(given, "trust.exempted", receipt)

        return until_settled(attempt)

    def end(
        self,
        advocate_id: str,
        program_id: str,
        receipt: Receipt[Exemption] = no_receipt,
    ) -> Exemption:
        """End it now. One that is over stays as it is. NotFound `not_exempt`."""

        def attempt() -> Exemption:
            found, now_ms = self.read(advocate_id, program_id), self.desk.clock.now_ms()
            if found.until_ms <= now_ms:
                return found
            return self._save(found.but(until_ms=now_ms), "trust.exemption_ended", receipt)

        return until_settled(attempt)

    def read(self, advocate_id: str, program_id: str) -> Exemption:
        """The last exemption, also one that is over. NotFound `not_exempt`."""
        found = self.desk.store.get(Exemption, exemption_key(advocate_id, program_id))
        if found is None:
            raise NotFound("not_exempt", "this advocate has no exemption in this programme")
        return found

    def _save(self, exemption: Exemption, type: str, receipt: Receipt[Exemption]) -> Exemption:
        change = Change()
        change.save(exemption)
        change.create(
            self.desk.event(
                type,
                exemption.advocate_id,
                exemption.reason,
                advocate_id=exemption.advocate_id,
                program_id=exemption.program_id,
                until_ms=exemption.until_ms,
            )
        )
        return settle(self.desk.store, change, exemption, receipt)
