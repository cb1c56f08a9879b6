"""Each check counts what it says, weighs it as written, and stays silent without evidence."""

import pytest
from goodword.conversions.model import Conversion, Settled
from goodword.rewards.model import Reward
from goodword.times import DAY_MS
from goodword.tracking.model import ClickCount, Touch, Visited
from goodword.trust.checks import (
    CHECKS,
    addresses,
    click_time,
    coupon,
    geography,
    returning,
    ring,
    run_checks,
    self_referral,
    stuffing,
    velocity,
)
from goodword.trust.model import Case, Figure, finding, verdict
from goodword.trust.signals import Mark, Trace
from goodword.trust.terms import CheckTerms, TrustTerms
from goodword.trust.trails import Own, Pace, Paced, Sighting, Trail
from pydantic import ValidationError

AT = 1_763_800_000_000
KINDS = ("card", "device", "name", "address", "browser", "network", "stem")
TRACE = Trace(
    conversion_id="cnv_1",
    program_id="prg_1",
    marks=tuple(Mark(kind=kind, mac=f"mac-{kind}") for kind in KINDS),  # type: ignore[arg-type]
    country="DE",
    keep_s=1,
)
NO_TRACE = TRACE.but(marks=(), country="")


def touch(gap_s: int = 3_600, kind: str = "click", **seen: str) -> Touch:
    return Touch.model_validate(
        {
            "touch_id": "tch_1",
            "kind": kind,
            "at_ms": AT - gap_s * 1_000,
            "advocate_id": "adv_a",
            "program_id": "prg_1",
            "link_id": "lnk_1",
            "code": "MAYA7",
            "visited": seen or None,
        }
    )


def case(**fields: object) -> Case:
    conversion = Conversion(
        conversion_id="cnv_1",
        program_id="prg_1",
        action="sale",
        order_id="1",
        occurred_ms=AT,
        received_ms=AT,
        currency="EUR",
        net_minor=100,
        gross_minor=100,
        state="qualified",
        reason="rewarded",
        identities=("mac-customer", "mac-email"),
    )
    reward = Reward(
        reward_id="rwd_1",
        advocate_id="adv_a",
        program_id="prg_1",
        version_number=1,
        rule_id="sale",
        conversion_id="cnv_1",
        order_id="1",
        action="sale",
        currency="EUR",
        earned_minor=10,
        remaining_minor=10,
        state="pending",
        created_ms=AT,
        changed_ms=AT,
        start_by_ms=AT,
        hold_until_ms=AT,
    )
    base: dict[str, object] = {
        "reward": reward,
        "advocate_id": reward.advocate_id,
        "conversion": conversion,
        "touch": touch(),
        "customer": "mac-customer",
        "trace": TRACE,
    }
    return Case(**(base | fields))  # type: ignore[arg-type]  # fields of a Case


def trail(kind: str, *seen: tuple[str, str | None], owners: tuple[str, ...] = ()) -> Trail:
    """Sightings of (customer, advocate), one minute apart, the last one now."""
    sightings = tuple(
        Sighting(
            conversion_id=f"cnv_{n}",
            at_ms=AT - (len(seen) - n) * 60_000,
            customer=customer,
            advocate_id=advocate_id,
        )
        for n, (customer, advocate_id) in enumerate(seen)
    )
    return Trail(kind=kind, mac=f"mac-{kind}", sightings=sightings, owners=owners)


def named(figures: tuple[Figure, ...]) -> dict[str, int]:
    return {figure.name: figure.points for figure in figures}


def own(**marks: str) -> Own:
    return Own(advocate_id="adv_a", marks={kind: (mac,) for kind, mac in marks.items()})


def test_own_details_weigh_as_written_and_a_family_is_not_held() -> None:
    everything = {kind: f"mac-{kind}" for kind in ("card", "device", "name", "address", "browser")}
    mine = own(email="mac-email", **everything)
    assert named(self_referral.look(case(own=mine))) == {
        "same_email": 100,
        "same_card": 70,
        "same_device": 70,
        "same_name": 60,
        "same_address": 30,
        "same_browser": 20,
    }
    family = own(address="mac-address", network="mac-network")
    assert named(self_referral.look(case(own=family))) == {"same_address": 30, "same_network": 10}
    assert self_referral.look(case()) == ()
    assert self_referral.look(case(own=own(email="mac-email"), trace=None)) != ()
    assert self_referral.look(case(own=own(card="another"), trace=None)) == ()


def test_many_customers_at_the_own_address_add_up_to_a_limit() -> None:
    home = own(address="mac-address")
    for customers, points in ((3, None), (4, 10), (5, 20), (6, 30), (9, 30)):
        seen = trail("address", *((f"c{n}", "adv_a") for n in range(customers)))
        found = named(self_referral.look(case(own=home, trails={"address": seen})))
        assert found.get("customers_at_own_address") == points
    elsewhere = trail("address", *((f"c{n}", "adv_a") for n in range(9)))
    assert self_referral.look(case(own=own(card="x"), trails={"address": elsewhere})) == ()


def test_odd_addresses_weigh_as_written() -> None:
    assert addresses.look(case(trace=None)) == ()
    throw_away = case(trace=TRACE.but(email_kind="disposable"))
    assert named(addresses.look(throw_away)) == {"disposable_email": 40}
    assert named(addresses.look(case(trace=TRACE.but(email_kind="role")))) == {"role_email": 5}
    numbered = trail("stem", *((f"c{n}", "adv_a") for n in range(3)))
    together = trail("address", *((f"c{n}", "adv_a") for n in range(6)))
    found = addresses.look(case(trails={"stem": numbered, "address": together}))
    assert named(found) == {"numbered_emails": 40, "one_address": 20}
    others = trail("stem", *((f"c{n}", "adv_b") for n in range(9)))
    assert addresses.look(case(trails={"stem": others})) == ()


def test_velocity_counts_a_day_of_customers_not_of_orders() -> None:
    three = tuple((f"c{n}", "adv_a") for n in range(3))
    trails = {kind: trail(kind, *three) for kind in ("device", "browser", "network")}
    found = named(velocity.look(case(trails=trails)))
    assert found == {"customers_of_device": 60, "customers_of_browser": 25}
    typed = {"device": trails["device"]}
    found = named(velocity.look(case(trails=typed, touch=touch(kind="code"))))
    assert found == {"customers_of_device": 30}, "three people at a counter"
    typed = {"device": trail("device", *((f"c{n}", "adv_a") for n in range(6)))}
    found = named(velocity.look(case(trails=typed, touch=touch(kind="code"))))
    assert found == {"customers_of_device": 60}, "six are too many there, too"
    same = trail("device", *(("c1", "adv_a"),) * 9)
    assert velocity.look(case(trails={"device": same})) == ()
    old = trail("device", *three)
    old = old.but(sightings=tuple(one.but(at_ms=AT - 2 * DAY_MS) for one in old.sightings))
    assert velocity.look(case(trails={"device": old})) == ()
    assert velocity.look(case(touch=None, pace=pace(50))) == ()


def pace(orders: int, **fields: object) -> Pace:
    base: dict[str, object] = {
        "customer": "c",
        "kind": "click",
        "link_id": "lnk_1",
        "gap_s": 3_600,
    }
    newest = tuple(
        Paced.model_validate({"conversion_id": f"cnv_{n}", "at_ms": AT - n * 1_000} | base | fields)
        for n in range(orders)
    )
    return Pace(advocate_id="adv_a", program_id="prg_1", newest=newest)


def test_a_popular_link_is_clicked_a_popular_script_is_not() -> None:
    clicked = ClickCount(advocate_id="adv_a", program_id="prg_1", clicks=4_000)
    assert velocity.look(case(pace=pace(40))) == ()
    assert named(velocity.look(case(pace=pace(41)))) == {"orders_over_link": 60}
    assert named(velocity.look(case(pace=pace(41), clicks=clicked))) == {"orders_over_link": 10}
    typed = case(pace=pace(41), touch=touch(kind="code"))
    assert named(velocity.look(typed)) == {"orders_over_link": 10}


def test_too_fast_and_clockwork() -> None:
    assert named(click_time.look(case(touch=touch(4)))) == {"seconds_after_click": 60}
    assert named(click_time.look(case(touch=touch(5)))) == {"seconds_after_click": 40}
    own = pace(1, gap_s=9, conversion_id="cnv_1")
    assert named(click_time.look(case(touch=touch(9), pace=own))) == {"seconds_after_click": 40}
    again = pace(1, gap_s=9, conversion_id="cnv_other")
    assert named(click_time.look(case(touch=touch(9), pace=again))) == {"seconds_after_click": 60}
    for slow in (10, None):
        other = pace(1, gap_s=slow, conversion_id="cnv_other")
        found = named(click_time.look(case(touch=touch(9), pace=other)))
        assert found == {"seconds_after_click": 40}
    assert click_time.look(case(touch=touch(10))) == ()
    assert click_time.look(case(touch=touch(1, kind="code"))) == ()
    lead = case(touch=touch(1))
    lead = case(touch=touch(1), reward=lead.reward.but(action="lead"))
    assert named(click_time.look(lead)) == {"seconds_after_click": 30}
    regular = case(touch=touch(60), pace=pace(5, gap_s=61))
    assert named(click_time.look(regular)) == {"same_seconds_after_click": 60}
    assert click_time.look(case(touch=touch(60), pace=pace(4, gap_s=61))) == ()
    assert click_time.look(case(touch=touch(7_200), pace=pace(9, gap_s=7_200))) == ()


def test_planted_clicks_are_a_habit() -> None:
    planted = touch(opened="unprompted", referrer="other")
    assert named(stuffing.look(case(touch=planted))) == {"unprompted_click": 25}
    habit = ClickCount(advocate_id="adv_a", program_id="prg_1", clicks=2_000, unprompted=1_900)
    found = named(stuffing.look(case(touch=planted, clicks=habit, pace=pace(2))))
    assert found == {"unprompted_click": 25, "unprompted_clicks": 40, "clicks_hardly_buy": 20}
    seldom = habit.but(unprompted=100)
    assert named(stuffing.look(case(touch=planted, clicks=seldom, pace=pace(3)))) == {
        "unprompted_click": 25
    }
    few = habit.but(clicks=49, unprompted=49)
    assert named(stuffing.look(case(touch=planted, clicks=few))) == {"unprompted_click": 25}
    assert len(stuffing.look(case(touch=planted, clicks=habit))) == 3
    wrapped = touch(opened="unprompted", referrer="wrapper")
    for innocent in (wrapped, touch(opened="prompted"), touch(), None):
        assert stuffing.look(case(touch=innocent, clicks=habit)) == ()


def test_coupon_pages() -> None:
    page = touch(referrer="coupon", campaign="coupon")
    assert named(coupon.look(case(touch=page))) == {"from_coupon_page": 70, "coupon_campaign": 40}
    late = case(touch=touch(100, referrer="search"))
    assert named(coupon.look(late)) == {"search_at_checkout": 30}
    assert coupon.look(case(touch=touch(200, referrer="search"))) == ()
    assert coupon.look(case(touch=touch())) == ()
    assert coupon.look(case(touch=None)) == ()


def test_returning_customers() -> None:
    assert returning.look(case(trace=None)) == ()
    known = case(trace=TRACE.but(orders_before=2))
    assert named(returning.look(known)) == {"orders_in_shop": 70}
    assert returning.look(case(trace=TRACE.but(orders_before=0))) == ()
    before = Settled(conversion_id="cnv_0", occurred_ms=AT - 1, advocate_id=None)
    mine = before.but(conversion_id="cnv_x", advocate_id="adv_a")
    this = before.but(conversion_id="cnv_1")
    assert named(returning.look(case(earlier=(before, mine, this)))) == {"orders_known_here": 70}
    name, card = trail("name", ("other", "adv_b")), trail("card", ("other", "adv_b"))
    again = case(trails={"name": name, "card": card})
    assert named(returning.look(again)) == {"same_name_and_card": 70}
    assert returning.look(case(trails={"name": name})) == ()
    same = case(trails={"name": name, "card": card}, customer="other")
    assert returning.look(same) == ()


def test_rings() -> None:
    assert ring.look(case()) == ()
    for others, points in ((1, 30), (2, 70), (5, 70)):
        owners = ("adv_a", *(f"adv_{n}" for n in range(others)))
        shared = {("payee", "mac-payee"): trail("payee", owners=owners)}
        assert named(ring.look(case(own_trails=shared))) == {"payout_account_shared": points}
    two = trail("card", ("c1", "adv_b"), ("c2", "adv_a"))
    assert named(ring.look(case(trails={"card": two}))) == {"card_of_other_advocates_customers": 45}
    three = trail("device", ("c1", "adv_b"), ("c2", "adv_c"), ("c3", "adv_a"))
    assert named(ring.look(case(trails={"device": three}))) == {
        "device_of_other_advocates_customers": 70
    }
    loyal = trail("card", ("c1", "adv_b"), ("c1", "adv_a"))
    assert ring.look(case(trails={"card": loyal})) == ()
    for customers, weight in ((2, None), (3, 45), (4, 70)):
        many = trail("card", *((f"c{n}", "adv_a") for n in range(customers)))
        found = named(ring.look(case(trails={"card": many})))
        assert found.get("card_of_many_customers") == weight
    owned = {("device", "x"): trail("device", owners=("adv_a", "adv_b"))}
    assert named(ring.look(case(own_trails=owned))) == {"owned_by_other_advocates": 25}
    assert named(ring.look(case(buyer_pace=pace(1, buyer="adv_a")))) == {
        "bought_from_each_other": 40
    }
    assert ring.look(case(buyer_pace=pace(1, buyer="adv_c"))) == ()


@pytest.mark.parametrize(
    ("customers", "shared", "here", "points"),
    [
        (2, 2, True, 35),
        (10, 2, True, 35),
        (11, 2, True, None),  # a popular advocate, two of whose customers live with others'
        (2, 1, True, None),  # one family
        (3, 2, False, None),  # this order shares nothing
    ],
)
def test_sharing_again_and_again_is_no_family(
    customers: int, shared: int, here: bool, points: int | None
) -> None:
    newest = pace(customers).newest
    rows = [
        one.but(customer=f"c{n}", partners=("adv_b",) if n < shared else ())
        for n, one in enumerate(newest)
    ]
    this = case().conversion.but(conversion_id="cnv_0" if here else f"cnv_{customers - 1}")
    found = ring.look(case(pace=pace(0).but(newest=tuple(rows)), conversion=this))
    assert named(found).get("customers_shared_with_others") == points


def test_geography_needs_a_habit_and_never_holds_alone() -> None:
    abroad = touch(country="US")
    assert named(geography.look(case(touch=abroad))) == {"click_from_another_country": 15}
    habit = pace(9, visit_country="US", order_country="DE")
    found = geography.look(case(touch=abroad, pace=habit))
    assert named(found) == {"click_from_another_country": 15, "clicks_from_elsewhere": 40}
    assert sum(figure.points for figure in found) < CheckTerms().hold_points
    assert len(geography.look(case(touch=abroad, pace=pace(7, visit_country="US")))) == 1
    assert geography.look(case(touch=touch(country="DE"))) == ()
    assert geography.look(case(touch=touch())) == ()
    assert geography.look(case(touch=None, trace=None)) == ()


def test_every_check_is_silent_about_an_order_of_which_nothing_is_known() -> None:
    nothing = case(trace=NO_TRACE, touch=touch(), own=own(), pace=pace(1), clicks=None)
    assert all(look(nothing) == () for look in CHECKS.values())


def test_a_finding_acts_as_its_terms_say() -> None:
    figures = (Figure(name="x", points=60),)
    terms = TrustTerms(checks={"ring": CheckTerms(refuse_points=100)})
    assert finding("ring", figures, terms).outcome == "hold"
    assert finding("ring", (*figures, *figures), terms).outcome == "refuse"
    assert finding("velocity", (*figures, *figures), terms).outcome == "hold"
    assert finding("ring", (Figure(name="x", points=59),), terms).outcome == "pass"
    assert TrustTerms().of("returning").mode == "shadow"
    with pytest.raises(ValidationError, match="must not be below"):
        CheckTerms(hold_points=60, refuse_points=59)


def test_the_verdict_is_the_strongest_active_finding_or_the_sum() -> None:
    terms = TrustTerms(checks={"coupon": CheckTerms(mode="shadow"), "ring": CheckTerms(mode="off")})
    small = finding("addresses", (Figure(name="a", points=40),), terms)
    shadow = finding("coupon", (Figure(name="b", points=500),), terms)
    assert verdict((small, shadow), terms) == ("pass", "", 40)
    other = finding("stuffing", (Figure(name="c", points=55),), terms)
    odd = finding("geography", (Figure(name="d", points=5),), terms)
    assert verdict((small, other, odd), terms) == ("hold", "several_signs", 100)
    fast = finding("click_time", (Figure(name="e", points=60),), terms)
    more = finding("velocity", (Figure(name="f", points=70),), terms)
    assert verdict((fast, more, small), terms) == ("hold", "many_at_once", 170)
    hard = TrustTerms(checks={"self_referral": CheckTerms(refuse_points=90)})
    own_order = finding("self_referral", (Figure(name="g", points=100),), hard)
    assert verdict((more, own_order), hard) == ("refuse", "looks_like_own_order", 170)
    assert len(run_checks(case(), terms)) == len(CHECKS) - 1
    assert verdict((), terms) == ("pass", "", 0)


def test_one_mark_that_several_checks_weigh_is_one_sign() -> None:
    """A family on one browser, and a couple with one account: 30, and once 25, and 30."""
    terms = TrustTerms()
    at_home = (
        Figure(name="same_address", points=30, mark="home"),
        Figure(name="same_browser", points=20, mark="browser"),
    )
    own_order = finding("self_referral", at_home, terms)
    many = finding("velocity", (Figure(name="x", points=25, mark="browser"),), terms)
    couple = finding("ring", (Figure(name="y", points=30),), terms)
    assert verdict((own_order, many, couple), terms) == ("pass", "", 85)
    assert verdict((couple, many, own_order), terms) == ("pass", "", 85)
    other = finding("velocity", (Figure(name="x", points=25, mark="another"),), terms)
    assert verdict((own_order, other, couple), terms) == ("hold", "several_signs", 105)
    # What no mark names is a sign of its own each time.
    nameless = finding("stuffing", (Figure(name="z", points=30),), terms)
    assert verdict((couple, nameless, many, own_order), terms)[2] == 115


def test_a_wrapped_visit_keeps_only_words() -> None:
    assert set(Visited.model_fields) == {"opened", "referrer", "campaign", "country", "device"}
