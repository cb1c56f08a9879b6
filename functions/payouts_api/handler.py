"""Finance runs payouts here: see, request, release, cancel, confirm; admin only reads."""

from goodword.errors import InvalidInput, NotFound
from goodword.ledger.service import CHECKS, LedgerCheck
from goodword.payouts.clock import Started
from goodword.payouts.confirming import Confirmed, find_payout
from goodword.payouts.deciding import Deciding
from goodword.payouts.statement import Statement
from goodword.payouts.stops import Holding
from goodword.ports import Page
from goodword_aws import payouts_answers as answers
from goodword_aws import payouts_forms as forms
from goodword_aws import payouts_reports as reports
from goodword_aws import payouts_waiting as waiting
from goodword_aws import wiring
from goodword_aws.calls import Call, Raw, Role
from goodword_aws.http import Api
from goodword_aws.ledger import SealAnswer, SealKeyAnswer, seal_key_answer, seal_page
from goodword_aws.payouts import (
    approving,
    confirming,
    payout_clock,
    payout_machine,
    person,
    reconciling,
)
from goodword_aws.payouts_answers import PayoutAnswer, RunAnswer, RunDetail, shown_run
from goodword_aws.payouts_findings import (
    FindingAnswer,
    HoldsAnswer,
    finding_page,
    holds_of,
    shown_holds,
)

wiring.require("core_table", "journal_table", "index_secret_arn", "payout_cycle_arn")
handler = Api(service="payouts")

READERS: set[Role] = {"finance", "admin"}


@handler.route("POST", "/v1/payout-runs", roles={"finance"}, body=forms.RunNow, answer=Started)
def run_now(call: Call) -> Started:
    """Start the run of the last closed period; 409 `period_already_run` names it."""
    return payout_clock(call.desk.actor).run_now(call.body.program_id, call.body.currency)


@handler.route("GET", "/v1/payout-runs", roles=READERS, paged=True)
def runs(call: Call) -> Page[RunAnswer]:
    """All runs, the newest cut-off first."""
    return answers.run_page(call.desk.store, call.page.limit, call.page.starting_after)


@handler.route("GET", "/v1/payout-runs/<run_id>", roles=READERS, answer=RunDetail)
def run(call: Call) -> RunDetail:
    """Totals, hash, people, and the difference from the run before."""
    return answers.run_detail(call.desk.store, call.path["run_id"])


@handler.route("GET", "/v1/payout-runs/<run_id>/lines", roles=READERS, paged=True)
def lines(call: Call) -> Page[answers.LineAnswer]:
    """Every payout of the run as it stands now, in the order of the hash."""
    page = call.page
    return answers.line_page(call.desk.store, call.path["run_id"], page.limit, page.starting_after)


@handler.route("GET", "/v1/payout-runs/<run_id>/exclusions", roles=READERS, paged=True)
def exclusions(call: Call) -> Page[answers.ExclusionAnswer]:
    """Who was left out, and why."""
    page = call.page
    return answers.exclusion_page(
        call.desk.store, call.path["run_id"], page.limit, page.starting_after
    )


@handler.route("GET", "/v1/payout-runs/<run_id>/gone", roles=READERS, paged=True)
def gone(call: Call) -> Page[reports.GoneAnswer]:
    """Whom the run before paid and this one does not; a page may be short or empty."""
    page = call.page
    return reports.gone_page(call.desk.store, call.path["run_id"], page.limit, page.starting_after)


@handler.route(
    "GET",
    "/v1/payout-runs/<run_id>/reconciliation",
    roles=READERS,
    answer=reports.ReconciliationAnswer,
)
def reconciliation(call: Call) -> reports.ReconciliationAnswer:
    """The last comparison of the run with its rail, to the cent."""
    return reports.reconciliation_of(call.desk.store, call.path["run_id"])


@handler.route(
    "GET", "/v1/payout-runs/<run_id>/reconciliation/differences", roles=READERS, paged=True
)
def differences(call: Call) -> Page[reports.DifferenceAnswer]:
    """Every payment about which the rail and we say different things."""
    store, page = call.desk.store, call.page
    return reports.difference_page(store, call.path["run_id"], page.limit, page.starting_after)


@handler.route(
    "POST",
    "/v1/payout-runs/<run_id>/reconciliation",
    roles={"finance"},
    body=reports.Report,
    answer=reports.ReconciliationAnswer,
)
def reconcile(call: Call) -> reports.ReconciliationAnswer:
    """Compare the run with a whole report that a person has from the bank."""
    found = reconciling(call.desk.actor).report(call.path["run_id"], call.body.rows)
    return reports.shown_reconciliation(call.desk.store, found)


@handler.route(
    "POST",
    "/v1/payout-runs/<run_id>/reconciliation/start",
    roles={"finance"},
    answer=reports.Comparing,
)
def compare(call: Call) -> reports.Comparing:
    """Ask the rail about every payment of the run once more."""
    return reports.compare_again(call, payout_machine())


@handler.route("GET", "/v1/payout-runs/<run_id>/findings", roles=READERS, paged=True)
def findings(call: Call) -> Page[FindingAnswer]:
    """What the audit found unusual, with the figures."""
    page = call.page
    return finding_page(call.desk.store, call.path["run_id"], page.limit, page.starting_after)


@handler.route(
    "POST",
    "/v1/payout-runs/<run_id>/findings",
    roles={"finance"},
    body=forms.Decide,
    answer=RunAnswer,
)
def decide(call: Call) -> RunAnswer:
    """Clear an open finding, or take its payment out of the run; never by its payee."""
    said: forms.Decide = call.body
    after = Deciding(call.desk).decide(
        call.path["run_id"],
        said.check,
        said.subject,
        said.verdict,
        said.reason_code,
        person(call.principal),
        lambda done: call.claim(shown_run(done)),
    )
    return shown_run(after)


@handler.route(
    "GET",
    "/v1/payout-waiting",
    roles=READERS,
    paged=True,
    query={"program_id": "of which programme", "currency": "its own unless another is named"},
)
def who_waits(call: Call) -> Page[waiting.WaitingAnswer]:
    """Everybody whose money something keeps back: why, since when, what would let it go.

    A page may be short or empty while there are more.
    """
    return waiting.who_waits(call)


@handler.route(
    "GET",
    "/v1/payout-holds",
    roles=READERS,
    answer=HoldsAnswer,
    query={"advocate_id": "whose holds"},
)
def holds(call: Call) -> HoldsAnswer:
    """What stops the payouts of one advocate."""
    return holds_of(call.desk.store, _asked_advocate(call))


@handler.route("POST", "/v1/payout-holds", roles={"finance"}, body=forms.Hold, answer=HoldsAnswer)
def hold(call: Call) -> HoldsAnswer:
    """Stop the payouts of one advocate, also those that are frozen and not yet sent."""
    said: forms.Hold = call.body
    after = Holding(call.desk).hold(
        said.advocate_id,
        said.reason_code,
        call.principal.advocate_id,
        lambda done: call.claim(shown_holds(done)),
    )
    return shown_holds(after)


@handler.route(
    "POST", "/v1/payout-holds/lift", roles={"finance"}, body=forms.Lift, answer=HoldsAnswer
)
def lift(call: Call) -> HoldsAnswer:
    """Take back one hold of finance; a dispute ends by its own outcome."""
    said: forms.Lift = call.body
    after = Holding(call.desk).lift(
        said.advocate_id,
        said.hold_id,
        said.reason_code,
        call.principal.advocate_id,
        lambda done: call.claim(shown_holds(done)),
    )
    return shown_holds(after)


@handler.route(
    "POST",
    "/v1/payout-runs/<run_id>/request",
    roles={"finance"},
    body=forms.Request,
    answer=RunAnswer,
)
def request(call: Call) -> RunAnswer:
    """The first of two people."""
    after = approving(call.desk.actor).request(
        call.path["run_id"],
        person(call.principal),
        call.body.run_hash,
        lambda done: call.claim(shown_run(done)),
    )
    return shown_run(after)


@handler.route(
    "POST",
    "/v1/payout-runs/<run_id>/release",
    roles={"finance"},
    body=forms.Release,
    answer=RunAnswer,
)
def release(call: Call) -> RunAnswer:
    """The second of two people."""
    after = approving(call.desk.actor).release(
        call.path["run_id"],
        person(call.principal),
        call.body.run_hash,
        call.body.total_minor,
        lambda done: call.claim(shown_run(done)),
    )
    return shown_run(after)


@handler.route(
    "POST",
    "/v1/payout-runs/<run_id>/cancel",
    roles={"finance"},
    body=forms.Cancel,
    answer=RunAnswer,
)
def cancel(call: Call) -> RunAnswer:
    """Stop a run of which nothing has been sent; everything is given back."""
    after = approving(call.desk.actor).cancel(
        call.path["run_id"],
        call.body.reason_code,
        lambda done: call.claim(shown_run(done)),
    )
    return shown_run(after)


@handler.route(
    "POST",
    "/v1/payout-runs/<run_id>/confirm",
    roles={"finance"},
    body=forms.Confirm,
    answer=Confirmed,
)
def confirm(call: Call) -> Confirmed:
    """What became of payments that no rail can tell."""
    said: forms.Confirm = call.body
    words = confirming(call.desk.actor)
    if said.all == (said.payout_id is not None) or (said.all and said.outcome != "paid"):
        raise InvalidInput("one_or_all", "name one payout_id, or confirm all as paid")
    if said.payout_id is None:
        return words.all(call.path["run_id"], person(call.principal), said.reference, said.cursor)
    words.one(
        said.payout_id,
        person(call.principal),
        said.outcome,
        run_id=call.path["run_id"],
        reference=said.reference,
        code=said.reason_code,
    )
    return Confirmed(count=1, next_cursor=None)


@handler.route(
    "GET",
    "/v1/payouts",
    roles=READERS,
    paged=True,
    query={"advocate_id": "whose payouts, newest first"},
)
def payouts(call: Call) -> Page[Statement]:
    """The payouts of one advocate."""
    advocate_id, page = _asked_advocate(call), call.page
    return answers.statement_pages(call.desk.store, advocate_id, page.limit, page.starting_after)


@handler.route("GET", "/v1/payouts/<payout_id>", roles=READERS, answer=PayoutAnswer)
def payout(call: Call) -> PayoutAnswer:
    """One payout with its parts; the payee is masked."""
    store = call.desk.store
    return answers.payout_answer(store, find_payout(store, call.path["payout_id"]))


@handler.route(
    "GET",
    "/v1/payouts/<payout_id>/statement",
    roles=READERS,
    answer=Statement,
    query={"format": "json (default), csv or html"},
)
def statement(call: Call) -> Statement | Raw:
    """What the payment is made of."""
    store = call.desk.store
    found = answers.read_statement(store, find_payout(store, call.path["payout_id"]))
    return answers.statement_as(found, call.query.get("format", "json"))


@handler.route("GET", "/v1/ledger/check", roles=READERS, answer=LedgerCheck)
def ledger_check(call: Call) -> LedgerCheck:
    """What the last nightly check found."""
    page = call.desk.store.query(LedgerCheck, "core", CHECKS, limit=1, newest_first=True)
    if not page.rows:
        raise NotFound("never_checked", "the ledger has not been checked yet")
    return page.rows[0]


@handler.route("GET", "/v1/ledger/seals", roles=READERS, paged=True)
def seals(call: Call) -> Page[SealAnswer]:
    """The signed seals over the journal, the first one first."""
    return seal_page(call.desk.store, call.page.limit, call.page.starting_after)


@handler.route("GET", "/v1/ledger/key", roles={"advocate", *READERS}, answer=SealKeyAnswer)
def seal_key(call: Call) -> SealKeyAnswer:
    """The public key of the seals, for whoever holds a proof, and where the chain ends."""
    return seal_key_answer(call.desk.store)


@handler.route(
    "GET",
    "/v1/ledger/balances",
    roles=READERS,
    answer=answers.Balances,
    query={"advocate_id": "whose balances"},
)
def balances(call: Call) -> answers.Balances:
    """What one advocate has, by programme and currency."""
    return answers.balances_of(call.desk.store, _asked_advocate(call))


def _asked_advocate(call: Call) -> str:
    if not (advocate_id := call.query.get("advocate_id")):
        raise InvalidInput("invalid_query", "say whose: advocate_id=adv_...")
    return advocate_id
