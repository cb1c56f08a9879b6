"""What an audit finds unusual, from exactly how much and how long on, and what becomes of it.

Maya has been paid in two payments of one run; then she gets many times that, in one or in two.
Third was never paid, and is compared with what is usual; Ben's money goes elsewhere since days.
"""

from dataclasses import replace

from goodword.ledger.model import Balance
from goodword.payouts.findings import RunFinding
from goodword.payouts.model import Payout, PayoutRun

from tests.simulation.smallness import AS_EVER
from tests.simulation.story import DAY_MS, HOUR_MS
from tests.simulation.tales.payees import Desk, daily
from tests.simulation.tales.teller import Tale, Teller

MAYA, BEN, THIRD = "adv_maya", "adv_ben", "adv_third"
TIMES, RUN_TIMES, FLOOR, DAYS = 5, 3, 10_000, 7
Figures = dict[str, int]


def _unusual(teller: Teller) -> None:
    """Amounts on the edges; what stops is decided, and what is held back is payable again."""
    draw, desk = teller.draw, Desk(teller)
    teller.town.parts = replace(AS_EVER, rewards=1, payouts=5)
    first = [draw.randrange(900, 3_000), draw.randrange(900, 3_000)]
    for amount in first:
        desk.sells(MAYA, amount)
    desk.midnight()
    desk.midnight()
    usual, mean = sum(first), sum(first) // 2
    cutoff_ms = (teller.now_ms // DAY_MS + 12) * DAY_MS
    teller.to(cutoff_ms - DAYS * DAY_MS + draw.choice((-1, 0, 1, 3 * HOUR_MS)))
    teller.town.pay_to(BEN, "plain", 1)
    age_ms = cutoff_ms - teller.now_ms
    teller.to(cutoff_ms - 30 * HOUR_MS)
    share = max(2, draw.choice((FLOOR, usual * TIMES)) + draw.choice((-1, 0, 1)))
    parts = [share] if draw.random() < 0.5 else [share // 3, share - share // 3]
    for amount in parts:
        desk.sells(MAYA, amount)
    bens = desk.earns(BEN)
    thirds = max(FLOOR, mean * TIMES) + draw.choice((-1, 0))
    desk.sells(THIRD, thirds)
    teller.at(cutoff_ms)
    run = desk.run()
    total = share + bens + thirds
    teller.wants(
        "the run", (run.cutoff_ms, run.total_minor, run.state), (cutoff_ms, total, "draft")
    )
    wanted = _spikes(teller, share, usual, parts) | _firsts(teller, thirds, mean)
    if age_ms < DAYS * DAY_MS:
        hours = {"hours_before_cut_off": age_ms // HOUR_MS, "paid_elsewhere_before": 0}
        wanted["new_destination", _of(teller, BEN)[0].payout_id] = hours
    if total >= max(FLOOR, usual * RUN_TIMES):
        figures = {"total_minor": total, "usual_minor": usual, "times": total // usual}
        wanted["program_spike", "run"] = figures | {"compared_with": 1}
    found: list[RunFinding] = [
        one for one in teller.town.all(RunFinding) if one.run_id == run.run_id
    ]
    said = {(one.check, one.subject): one.figures for one in found}
    teller.wants("findings", said, wanted)
    teller.wants("they are open", run.open_findings, len(wanted))
    _decided(teller, run, found)


def _spikes(
    teller: Teller, share: int, usual: int, parts: list[int]
) -> dict[tuple[str, str], Figures]:
    if share < max(FLOOR, usual * TIMES):
        return {}
    figures = {"usual_minor": usual, "times": share // usual, "compared_with": 1}
    more = {"share_minor": share} if len(parts) > 1 else {}
    return {
        ("own_spike", one.payout_id): figures | more | {"amount_minor": one.amount_minor}
        for one in _of(teller, MAYA)
    }


def _firsts(teller: Teller, amount: int, mean: int) -> dict[tuple[str, str], Figures]:
    if amount < max(FLOOR, mean * TIMES):
        return {}
    figures = {"amount_minor": amount, "usual_minor": mean, "times": amount // mean}
    return {("own_spike", _of(teller, THIRD)[0].payout_id): figures | {"compared_with": 0}}


def _of(teller: Teller, who: str) -> list[Payout]:
    """Somebody's payments that are listed."""
    every: list[Payout] = teller.town.all(Payout)
    return [one for one in every if (one.advocate_id, one.state) == (who, "draft")]


def _decided(teller: Teller, run: PayoutRun, found: list[RunFinding]) -> None:
    """One payment is held back, the others are cleared; the rest of the run is paid."""
    path, wants = f"/v1/payout-runs/{run.run_id}", teller.wants
    amounts = {one.payout_id: one.amount_minor for one in teller.town.all(Payout)}
    if found:
        early = teller.asks("usr_anna", f"{path}/request", run_hash=run.run_hash)
        wants("too early", early, "findings_open")
    held = dict[str, int]()
    hold = next((one.subject for one in found if one.subject != "run"), "")
    for number, one in enumerate(found, 1):
        body = {"check": one.check, "subject": one.subject}
        clear = body | {"verdict": "clear", "reason_code": "other"}
        if one.advocate_id:
            own = one.advocate_id.replace("adv_", "usr_")
            said = teller.asks(own, f"{path}/findings", **clear)
            wants("one's own", said, "payee_may_not_decide")
        if one.subject == hold:
            said = teller.asks("usr_carl", f"{path}/findings", **(clear | {"verdict": "hold"}))
            held[str(one.advocate_id)] = amounts[hold]
        else:
            said = teller.asks("usr_carl", f"{path}/findings", **clear)
        wants("a decision", said, "")
        runs: list[PayoutRun] = teller.town.all(PayoutRun)
        still = {each.run_id: each.open_findings for each in runs}[run.run_id]
        wants("what is still open", still, len(found) - number)
    (after,) = (one for one in teller.town.all(PayoutRun) if one.run_id == run.run_id)
    wants("what is left", after.total_minor, run.total_minor - sum(held.values()))
    wants("how many", (after.count, after.open_findings), (run.count - len(held), 0))
    old = teller.asks("usr_anna", f"{path}/request", run_hash=run.run_hash)
    wants("the old hash", old, "run_changed" if found else "")
    if found:
        wants("asked", teller.asks("usr_anna", f"{path}/request", run_hash=after.run_hash), "")
    body = {"run_hash": after.run_hash, "total_minor": after.total_minor}
    wants("let go", teller.asks("usr_dora", f"{path}/release", **body), "")
    for one in teller.town.all(Balance):
        sums = one.payable_minor, one.in_payout_minor
        wants(f"after it, {one.advocate_id}", sums, (held.get(one.advocate_id, 0), 0))


UNUSUAL = (Tale("an audit finds what is unusual", _unusual, daily),)
