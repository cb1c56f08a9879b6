"""A counted run is audited payment by payment before anybody can request it.

Every check that finds something leaves a finding with its figures. A finding that stops keeps the
run from being requested until a person has cleared it or has taken the payment out; that person is
never the payee, gives a reason code, and the run is hashed anew with the decision in it.

Reads are proportional to what is in the run. Repeating a step finds its own findings there.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from goodword.advocates.model import Payee, PayoutMethod, method_key, payees_of
from goodword.ledger.model import Balance, balance_key
from goodword.limits import (
    AUDIT_CHUNKS,
    AUDIT_HISTORY,
    AUDIT_RUNS_BACK,
    AUDIT_SHARERS,
    READ_KEYS_MAX,
)
from goodword.paging import pages
from goodword.payouts.checks.facts import PaymentFacts, RunFacts, median
from goodword.payouts.checks.new_destination import new_destination
from goodword.payouts.checks.one_network import one_network
from goodword.payouts.checks.own_spike import own_spike
from goodword.payouts.checks.program_spike import program_spike
from goodword.payouts.checks.refund_share import refund_share
from goodword.payouts.checks.shared_payee import shared_payee
from goodword.payouts.findings import Found, RunFinding
from goodword.payouts.freezing import read_run
from goodword.payouts.hashing import run_hash_of
from goodword.payouts.history import Past, pasts
from goodword.payouts.listing import listed_event
from goodword.payouts.model import Payout, PayoutRun, RunChunk, chunk_key, payout_key, run_key
from goodword.payouts.ports import Origin, Origins
from goodword.ports import Change, Desk, Guard, until_settled
from goodword.programs.effective import version_in_force
from goodword.programs.payment import AuditTerms, CheckName
from goodword.records import Key, Record
from goodword.rewards.model import Reward, reward_key

PaymentCheck = Callable[[PaymentFacts, AuditTerms], Found | None]
PAYMENT_CHECKS: Mapping[CheckName, PaymentCheck] = {
    "own_spike": own_spike,
    "one_network": one_network,
    "new_destination": new_destination,
    "shared_payee": shared_payee,
    "refund_share": refund_share,
}


@dataclass(frozen=True)
class Auditing:
    """From a counted list to one that people may decide about."""

    desk: Desk
    origins: Origins

    def look(self, run_id: str, cursor: str) -> str:
        """Audit the next chunks; the cursor of the next call, "" when the run is through.

        Begin with "". After the last chunk the run itself is looked at and its hash is made.
        """
        run = read_run(self.desk.store, run_id)
        if run.state != "draft" or run.listing != "counted":
            return ""
        terms, usual = self._terms(run), self._usual(run)
        first = int(cursor or 0)
        last = min(first + AUDIT_CHUNKS, run.chunks)
        for number in range(first, last):
            self._chunk(run, number, terms, usual)
        if last < run.chunks:
            return str(last)
        until_settled(lambda: self._finish(run_id, terms))
        return ""

    def _terms(self, run: PayoutRun) -> AuditTerms:
        version = version_in_force(self.desk.store, run.program_id, run.created_ms)
        return version.terms.payment_in(run.currency).audit

    def _usual(self, run: PayoutRun) -> int | None:
        """What a payment of the programme usually comes to: the middle one of the runs' means."""
        means = [one.total_minor // one.count for one in self._runs_before(run)]
        return median(means) if means else None

    def _chunk(self, run: PayoutRun, number: int, terms: AuditTerms, usual: int | None) -> None:
        chunk = self.desk.store.get(RunChunk, chunk_key(run.run_id, number))
        assert chunk is not None, "a counted run has all its chunks"
        found: list[RunFinding] = []
        rows = [(row.advocate_id, row.payout_id) for row in chunk.rows]
        for facts in self._facts(run, rows, usual):
            for name, check in PAYMENT_CHECKS.items():
                said = None if name in terms.off else check(facts, terms)
                if said is not None:
                    found.append(self._finding(run, said, terms, facts.payout.advocate_id))
        until_settled(lambda: self._keep(run, found))

    def _facts(
        self, run: PayoutRun, rows: Sequence[tuple[str, str]], usual: int | None
    ) -> Sequence[PaymentFacts]:
        """What checks need of up to one chunk of payouts."""
        payouts = self.desk.store.get_many(Payout, [payout_key(*row) for row in rows])
        beside: dict[Key, type[Record]] = {}
        for payout in payouts.values():
            beside[_balance_key(payout)] = Balance
            beside[method_key(payout.advocate_id)] = PayoutMethod
        found = self.desk.store.get_mixed(beside)
        origins = self._origins(list(payouts.values()))
        known = pasts(self.desk.store, run, [one.advocate_id for one in payouts.values()])
        return [
            self._of(
                payout,
                found,
                origins.get(payout.payout_id, ()),
                known[payout.advocate_id],
                usual,
            )
            for payout in payouts.values()
        ]

    def _of(
        self,
        payout: Payout,
        found: Mapping[Key, Record],
        origins: Sequence[Origin],
        past: Past,
        usual: int | None,
    ) -> PaymentFacts:
        balance, method = (
            found.get(_balance_key(payout)),
            found.get(method_key(payout.advocate_id)),
        )
        assert isinstance(balance, Balance), "what was frozen has a balance"
        return PaymentFacts(
            payout=payout,
            balance=balance,
            method=method if isinstance(method, PayoutMethod) else None,
            share_minor=past.share_minor,
            earlier=past.earlier,
            usual_minor=usual,
            sharers=self._sharers(payout),
            networks=Counter(one.network for one in origins if one.network),
            places=Counter(one.place for one in origins if one.place),
        )

    def _sharers(self, payout: Payout) -> Sequence[str]:
        account = payout.account_hash or payout.destination_hash
        page = self.desk.store.query(Payee, "core", payees_of(account), limit=AUDIT_SHARERS + 1)
        others = [one.advocate_id for one in page.rows if one.advocate_id != payout.advocate_id]
        return others[:AUDIT_SHARERS]

    def _origins(self, payouts: Sequence[Payout]) -> Mapping[str, Sequence[Origin]]:
        """The known origins of the conversions behind each payout, by payout id.

        One conversion may be behind several: both sides of a referral are rewarded for it.
        """
        whose = {
            reward_key(payout.advocate_id, each.reward_id): payout.payout_id
            for payout in payouts
            for each in payout.rewards
        }
        behind: dict[str, dict[str, None]] = {}  # payouts by conversion, each once, in their order
        keys = list(whose)
        for at in range(0, len(keys), READ_KEYS_MAX):
            rewards = self.desk.store.get_many(Reward, keys[at : at + READ_KEYS_MAX])
            for key, reward in rewards.items():
                behind.setdefault(reward.conversion_id, {})[whose[key]] = None
        known: dict[str, list[Origin]] = {}
        for conversion_id, origin in self.origins.of(list(behind)).items():
            for payout_id in behind[conversion_id]:
                known.setdefault(payout_id, []).append(origin)
        return known

    def _finding(
        self, run: PayoutRun, found: Found, terms: AuditTerms, advocate_id: str | None
    ) -> RunFinding:
        return RunFinding(
            run_id=run.run_id,
            check=found.check,
            subject=found.subject,
            advocate_id=advocate_id,
            figures=found.figures,
            state="open" if found.check in terms.stops else "noted",
            found_ms=self.desk.clock.now_ms(),
        )

    def _keep(self, run: PayoutRun, found: Sequence[RunFinding]) -> None:
        """Write the findings that are not there yet, while the run is being audited."""
        for at in range(0, len(found), READ_KEYS_MAX - 1):
            part = found[at : at + READ_KEYS_MAX - 1]
            there = self.desk.store.get_many(RunFinding, [one.key for one in part])
            change = Change()
            change.create(*(one for one in part if one.key not in there))
            if change.keys:
                change.require(run.key, Guard(equals={"state": "draft", "listing": "counted"}))
                self.desk.store.commit(change)

    def _finish(self, run_id: str, terms: AuditTerms) -> None:
        run = read_run(self.desk.store, run_id)
        if run.state != "draft" or run.listing != "counted":
            return
        facts = RunFacts(run, self._runs_before(run))
        said = None if "program_spike" in terms.off else program_spike(facts, terms)
        if said is not None:
            self._keep(run, [self._finding(run, said, terms, None)])
        after = run.but(
            listing="hashed",
            run_hash=run_hash_of(run.lines_hash, run.decisions_hash),
            open_findings=self._open(run_id),
            changed_ms=self.desk.clock.now_ms(),
        )
        change = Change()
        change.replace(after, Guard(equals={"state": "draft", "listing": "counted"}))
        change.create(listed_event(self.desk, after))
        self.desk.store.commit(change)

    def _open(self, run_id: str) -> int:
        store, place = self.desk.store, f"RUN#{run_id}"
        return sum(
            one.state == "open"
            for rows in pages(lambda at: store.query(RunFinding, "core", place, "F#", cursor=at))
            for one in rows
        )

    def _runs_before(self, run: PayoutRun) -> Sequence[PayoutRun]:
        """Earlier runs of the programme in the same currency that paid, the newest first.

        Periods in which nothing was due say nothing about what is usual.
        """
        found: list[PayoutRun] = []
        before = run.previous_run_id
        for _ in range(AUDIT_RUNS_BACK):
            earlier = self.desk.store.get(PayoutRun, run_key(before)) if before else None
            if earlier is None or len(found) == AUDIT_HISTORY:
                break
            paid = earlier.state in ("sending", "settled") and earlier.count > 0
            if paid and earlier.currency == run.currency:
                found.append(earlier)
            before = earlier.previous_run_id
        return found


def _balance_key(payout: Payout) -> Key:
    return balance_key(payout.advocate_id, payout.program_id, payout.currency)
