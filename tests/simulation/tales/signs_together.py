"""Several signs of one order, signs that are seen later, and people whom checks leave alone."""

from typing import Any

from goodword.conversions.model import OtherNames
from goodword.ports import Change
from goodword.times import rfc3339
from goodword.trust.model import Assessment, Exemption
from goodword.trust.noting import own_marks
from goodword.trust.signals import Signals

from tests.simulation.story import DAY_MS
from tests.simulation.tales.signs import PASSED, REASONS, Limits, judged, openly, reward_of, trusts
from tests.simulation.tales.teller import Tale, Teller
from tests.support.desk import PlainIndex
from tests.support.scene import PROGRAM

CARD, DEVICE = Signals(card="visa 4242"), Signals(device="dev-1")


def _terms(checks: dict[str, dict[str, Any]], total: int) -> dict[str, Any]:
    quiet: dict[str, Any] = {name: {"mode": "off"} for name in REASONS}
    return {"checks": quiet | checks, "total_hold_points": total}


def _two(teller: Teller) -> None:
    """Her own device (70) is that of two customers (60): one fact, though it is two signs."""
    draw = teller.draw
    hers, many = draw.choice(((70, 60), (70, 61), (65, 54), (65, 54), (65, 55), (65, 56)))
    hers, many = draw.choice(((hers, many), (71, 61)))
    refuses = draw.choice(("", "", "self_referral", "velocity"))
    shadow = draw.choice(("", "", "self_referral", "velocity"))
    total = draw.choice((60, 61, 70, 70, 71, 71, 130))
    checks: dict[str, dict[str, Any]] = {}
    for name, hold, points in (("self_referral", hers, 70), ("velocity", many, 60)):
        refuse = max(hold, points) if name == refuses else None
        mode = "shadow" if name == shadow else "active"
        checks[name] = {"hold_points": hold, "refuse_points": refuse, "mode": mode}
    wanted = _verdict(checks, total)
    trusts(teller, Limits("self_referral", _terms(checks, total), wanted), device_customers_day=2)
    openly(teller, DEVICE)
    teller.tells(teller.sold("o1", 45_678, "adv_maya", signals=DEVICE))
    shown = [("same_device", 1, 70)]
    judged(teller, Limits("self_referral", _terms(checks, total), wanted), shown)


def _verdict(checks: dict[str, dict[str, Any]], total: int) -> tuple[str, str]:
    """What follows of 70 and 60 points by one mark: the strictest, the farthest over its limit."""
    active = [
        (name, points, one)
        for (name, one), points in zip(checks.items(), (70, 60), strict=True)
        if one["mode"] == "active"
    ]
    refused = [
        name
        for name, points, one in active
        if one["refuse_points"] is not None and points >= one["refuse_points"]
    ]
    if refused:
        return "rejected", REASONS[refused[0]]
    held = [(points - one["hold_points"], name) for name, points, one in active]
    over = [one for one in held if one[0] >= 0]
    if over:
        most = max(points for points, _ in over)
        return "on_hold", REASONS[next(name for points, name in over if points == most)]
    most = max((points for _, points, _ in active), default=0)
    return ("on_hold", "several_signs") if most >= total else PASSED


def _later(teller: Teller) -> None:
    """A card is told of after the order: it is held before it is due, unless a person said yes."""
    draw = teller.draw
    way = draw.choice(
        ("names", "own order", "names of nobody", "too late", "said before", "hers", "hers")
    )
    hold = draw.choice((70, 70, 71)) if way != "said before" else 10
    checks = {"self_referral": {"hold_points": hold}}
    trusts(teller, Limits("self_referral", _terms(checks, 1_000), PASSED))
    at_first = Signals(ip="81.2.69.142") if way == "said before" else Signals()
    learns = way in ("own order", "hers")
    openly(teller, Signals() if learns else CARD.but(ip="81.2.69.142"))
    shown = CARD if learns else at_first
    teller.tells(teller.sold("o1", 45_678, "adv_maya", signals=shown))
    reward = reward_of(teller, "o1")
    if way == "said before":
        teller.wants("at first", (reward.state, reward.reason), ("on_hold", "looks_like_own_order"))
        path = f"/v1/rewards/{reward.reward_id}/approve"
        teller.wants("yes", teller.asks("usr_fatima", path, reason_code="known_customer"), "")
    else:
        teller.wants("at first", (reward.state, reward.reason), PASSED)
    if way == "too late":
        teller.days(2)
        teller.wants("it is due", reward_of(teller, "o1").state in ("due", "batched"), True)
    if way == "own order":
        openly(teller, CARD, "own2")
    else:
        order = {"names of nobody": "o9", "hers": "own"}.get(way, "o1")
        teller.tells(names=[OtherNames(order_id=order, aliases=("ch_1",), signals=CARD)])
    teller.wants("not yet", reward_of(teller, "o1").state != "on_hold", True)
    teller.days(2)
    held = hold == 70 and way in ("names", "own order", "hers")
    reward = reward_of(teller, "o1")
    wanted = ("on_hold", "looks_like_own_order") if held else None
    teller.wants("later", (reward.state, reward.reason) if held else None, wanted)
    teller.wants("else it is due", held or reward.state in ("due", "batched"), True)
    every: list[Assessment] = teller.town.all(Assessment)
    made = [(one.number, one.phase) for one in every if one.reward_id == reward.reward_id]
    wants = [(1, "first"), (2, "before_due")]
    teller.wants("looks", made, wants[:1] if way == "said before" else wants)
    if held:
        path = f"/v1/rewards/{reward.reward_id}/approve"
        teller.wants("yes", teller.asks("usr_fatima", path, reason_code="known_customer"), "")
        teller.days(1)
        teller.wants("and due", reward_of(teller, "o1").state in ("due", "batched"), True)
    teller.owns(maya=4_568)


def _exempt(teller: Teller) -> None:
    """Somebody is left alone until a day, by another person's word."""
    draw, path = teller.draw, "/v1/exemptions"
    checks = {"self_referral": {"hold_points": 60, "refuse_points": draw.choice((None, 70))}}
    acts = "rejected" if checks["self_referral"]["refuse_points"] else "on_hold"
    trusts(teller, Limits("self_referral", _terms(checks, 50), PASSED))
    openly(teller, CARD)
    until_ms = (teller.now_ms // 1_000 + 3_600) * 1_000
    body = {"advocate_id": "adv_maya", "program_id": PROGRAM, "reason_code": "known_partner"}
    year_ms = teller.now_ms // 1_000 * 1_000 + 365 * DAY_MS
    for who, more, code in (
        ("usr_maya", {}, "payee_may_not_decide"),
        ("usr_dora", {"until": rfc3339(teller.now_ms // 1_000 * 1_000)}, "bad_end"),
        ("usr_dora", {"until": rfc3339(year_ms + 1_000)}, "bad_end"),
        ("usr_dora", {"advocate_id": "adv_nobody"}, "not_enrolled"),
        ("usr_dora", {"until": rfc3339(year_ms)}, ""),
        ("usr_dora", {}, ""),
    ):
        said = teller.asks(who, path, **(body | {"until": rfc3339(until_ms)} | more))
        teller.wants(f"{who} {more}", said, code)
    (given,) = teller.town.all(Exemption)
    teller.wants("given", (given.until_ms, given.given_by), (until_ms, "usr_dora"))
    ends = draw.choice(("", "by hand"))
    teller.tells(teller.sold("o1", 45_678, "adv_maya", signals=CARD))
    first = reward_of(teller, "o1")
    teller.wants("left alone", (first.state, first.reason), PASSED)
    (made,) = teller.town.all(Assessment)
    saw = made.exempt, made.outcome, made.points, made.reason
    teller.wants("but recorded", saw, (True, "pass", 70, ""))
    teller.tells(teller.sold("o4", 45_678, "adv_maya", friend="c4", signals=DEVICE))
    plain = [one.exempt for one in teller.town.all(Assessment) if not one.points]
    teller.wants("nothing to record", plain, [False])
    change = Change()
    his = [("card", PlainIndex().mac("trust-card", "visa 4242"))]
    own_marks(teller.town.desk("test"), change, "adv_ben", his)
    teller.town.memory.commit(change)
    teller.tells(teller.sold("o2", 45_678, "adv_ben", friend="c2", signals=CARD))
    teller.wants("somebody else", reward_of(teller, "o2").state, acts)
    if ends:
        other = {"advocate_id": "adv_ben", "program_id": PROGRAM}
        teller.wants("nobody", teller.asks("usr_dora", f"{path}/end", **other), "not_exempt")
        hers = other | {"advocate_id": "adv_maya"}
        teller.wants("ended", teller.asks("usr_dora", f"{path}/end", **hers), "")
        (given,) = teller.town.all(Exemption)
        teller.wants("now", given.until_ms, teller.now_ms)
        teller.to(teller.now_ms + 1_000)
        teller.wants("ended again", teller.asks("usr_dora", f"{path}/end", **hers), "")
        wants = given.until_ms
        (given,) = teller.town.all(Exemption)
        teller.wants("as it was", given.until_ms, wants)
        late = 0
    else:
        late = draw.choice((-1, 0))
        teller.to(until_ms + late)
    teller.tells(teller.sold("o3", 45_678, "adv_maya", friend="c3", signals=CARD))
    wanted = PASSED[0] if late < 0 else acts
    teller.wants("by then", reward_of(teller, "o3").state, wanted)


TOGETHER = (
    Tale("signs together: one mark", _two),
    Tale("signs together: later", _later),
    Tale("signs together: left alone", _exempt),
)
