"""More terms that must be refused, and their neighbours: what a rule may give and ask, and where.

Each differs from something sound in one thing; see `flaws`, which draws from both lists.
"""

from typing import Any

Changes = dict[str, Any]
FLAT = {"kind": "flat", "amount_minor": 100}
SHARE = {"kind": "percentage", "basis_points": 100}
BY_LINE = {"kind": "per_line", "basis_points": 100}
PIECES = {"kind": "per_unit", "amount_minor": 3}
ABROAD = {"USD": 120}
TOLD = FLAT | {"amount_in": ABROAD}
BRAND = {"op": "in", "of": "brand", "values": ["Acme"]}
LAND = {"op": "in", "of": "country", "values": ["DE"]}
LEVELS = [{"name": "low", "at_least": 0}, {"name": "high", "at_least": 5}]
TIERS = {"tiers": {"measure": "orders", "levels": LEVELS}}
PLACE = {"hosts": ["shop.example"], "fallback_url": "https://shop.example/x"}
REACHED = {"milestone_id": "m1", "title": "Ten", "measure": "orders", "at_least": 10}
REVIEW = {"auto_approve_limit_minor": 1}
PAYMENT = {"rail": "simulator"}


def _rule(reward: Changes = SHARE, **fields: Any) -> Changes:
    said = {"rule_id": "r1", "action": "sale", "reward": reward}
    return {"rules": [said | fields], "caps": []}


def _by_level(low: Changes, high: Changes, **fields: Any) -> Changes:
    return _rule({"kind": "tiered", "by_level": {"low": low, "high": high}}, **fields) | TIERS


def _when(**asked: Any) -> Changes:
    return _rule(when=asked)


def _given(friend: Changes, count: int) -> Changes:
    rules = [
        {"rule_id": f"r{number}", "action": "sale", "reward": FLAT, "friend": friend}
        for number in range(count)
    ]
    return {"rules": rules}


def _accepts(**fields: Any) -> Changes:
    sold = {"currencies": "accept", "accepted": ["USD"], "caps": []}
    return _rule() | sold | {"review": {"auto_approve_limit_minor": 0}} | fields


def _asked(**asked: Any) -> Changes:
    return _accepts(**_when(**asked))


def _leads(to: str, *hosts: str) -> Changes:
    place = {"hosts": [*PLACE["hosts"], *hosts], "default_url": to}
    return {"destination": PLACE | place}


def _paid(**fields: Any) -> Changes:
    return {"payment": PAYMENT | fields}


def _closed(first: int, last: int) -> Changes:
    return _paid(weekend=[], holidays=[f"2025-12-{day:02d}" for day in range(first, last + 1)])


POINTS = {"reward": FLAT, "unit": "points"}
MORE_FLAWS: tuple[Changes, ...] = (
    _rule(SHARE, action="lead_qualified"),
    _rule(FLAT, action="lead_qualified", minimum_order_minor=1),
    _rule(FLAT, action="lead_qualified", when=BRAND),
    _by_level(FLAT, SHARE, action="lead"),
    _by_level(SHARE, FLAT, action="lead"),
    _rule(FLAT, action="lead", when={"op": "all", "conditions": [LAND, BRAND]}),
    _rule(FLAT, action="lead", when={"op": "not", "condition": BRAND}),
    *(
        _rule(FLAT, action="lead", when={"op": "in", "of": of, "values": ["x"]})
        for of in ("product", "sku", "collection")
    ),
    *(
        _rule(FLAT, action="lead", when={"op": "at_least", "of": of, "value": 1})
        for of in ("line_net", "quantity")
    ),
    *(_rule(FLAT, action=one, for_months=1) for one in ("event", "level_up", "lead_qualified")),
    _rule(for_months=121),
    _rule(FLAT, unit="code"),
    _rule(SHARE, unit="code", item="Ten off"),
    _rule(BY_LINE, unit="gift", item="Mug"),
    _by_level(FLAT, SHARE, unit="gift", item="Mug"),
    _rule(TOLD, unit="gift", item="Mug"),
    _rule(TOLD, unit="code", item="Ten off"),
    _rule(PIECES | {"amount_in": ABROAD}, unit="points"),
    _by_level(FLAT, TOLD, unit="points"),
    _rule(FLAT, unit="gift", item="M" * 81),
    _rule(friend={"reward": SHARE, "unit": "gift", "item": "Mug"}),
    _rule(friend={"reward": TOLD, "unit": "points"}),
    _rule(friend={"reward": FLAT, "unit": "gift"}),
    _rule({"kind": "per_line", "basis_points": 0}),
    _rule({"kind": "per_unit", "amount_minor": 0}),
    _rule({"kind": "tiered", "by_level": {}}) | TIERS,
    _accepts(**_rule(SHARE, unit="points")),
    _accepts(**_rule(BY_LINE, unit="points")),
    _accepts(**_by_level(FLAT, SHARE, unit="points")),
    _accepts(**_rule(friend={"reward": BY_LINE, "unit": "points"})),
    _accepts(**_rule(TOLD, unit="store_credit", friend={"reward": FLAT, "unit": "store_credit"})),
    _accepts(**_by_level(TOLD, FLAT)),
    _accepts(**_rule(FLAT, unit="store_credit")),
    _accepts(**_rule(PIECES)),
    _accepts(**_rule(minimum_order_minor=1)),
    _accepts(**_rule(minimum_order_minor=1, minimum_order_in={"USD": 1, "KWD": 1})),
    _accepts(payment=PAYMENT | {"minimum_minor": 1}),
    _accepts(payment=PAYMENT | {"two_checkers_from_minor": 1}),
    _accepts(payment=PAYMENT | {"audit": {"spike_floor_in": {"KWD": 1}}}),
    _accepts(
        payment=PAYMENT | {"cadence": "on_minimum", "minimum_minor": 1, "minimum_in": {"USD": 0}}
    ),
    _accepts(review=REVIEW),
    _accepts(accepted=["EUX"]),
    _accepts(milestones=[REACHED | {"measure": "net"}]),
    _asked(op="equals", of="line_net", value=5),
    _asked(op="between", of="order_net", low=0, high=9),
    _asked(op="between", of="order_net", low=5, high=9, high_in={"USD": 9}),
    _asked(op="between", of="line_net", low=5, high=9, low_in={"USD": 9}, high_in={"USD": 8}),
    _asked(op="not", condition={"op": "at_least", "of": "order_net", "value": 5}),
    _when(op="between", of="quantity", low=2, high=1),
    _when(op="equals", of="quantity", value="two"),
    _when(op="equals", of="advocate_conversion", value="1st"),
    _when(op="equals", of="coupon", value=1),
    _when(op="equals", of="customer", value="old"),
    _when(op="not_in", of="customer", values=["new", "old"]),
    _when(op="not_in", of="country", values=["DE", "DEU"]),
    _when(op="in", of="country", values=["ÄÖ"]),
    _when(op="in", of="country", values=["D"]),
    _when(op="in", of="sku", values=[]),
    _when(op="in", of="sku", values=[f"s{number}" for number in range(101)]),
    _when(op="not_in", of="level", values=["low", "top"]) | TIERS,
    _when(op="not", condition={"op": "equals", "of": "level", "value": "top"}) | TIERS,
    {"tiers": {"measure": "orders", "levels": [LEVELS[0], LEVELS[1] | {"at_least": -1}]}},
    {
        "tiers": {
            "measure": "orders",
            "levels": [{"name": f"l{number}", "at_least": number} for number in range(11)],
        }
    },
    {"caps": [{"rewards": 0}]},
    {"caps": [{"rewards": 1_000_001}]},
    {"caps": [{"rewards": 1}, {"rewards": 2}]},
    {
        "caps": [
            {"scope": "programme", "period": one, "amount_minor": 1} for one in ("day", "week")
        ]
        + [{"scope": "programme", "period": "day", "rewards": 1}]
    },
    _given(POINTS, 4),
    {"cancellation": {"within_days": 0, "takes": "all"}},
    {"cancellation": {"within_days": 731, "takes": "all"}},
    {"notice_days": -1},
    {"notice_days": 181},
    {"name": "  "},
    {"disclosure": "#" * 281},
    {"exchange": {"days": 11}},
    {"review": REVIEW | {"days": 61}},
    {"review": REVIEW | {"escalation_days": 0}},
    {"review": REVIEW | {"escalation_days": 31}},
    {"milestones": [REACHED, REACHED | {"at_least": 20}]},
    {"milestones": [REACHED | {"reward_minor": 5}]},
    {"milestones": [REACHED | {"reward_minor": 0}]},
    _leads("https://shop.example:8443/"),
    _leads("https://shop.example:99999/", "shop.example:99999"),
    _leads("https://shop.example/\x7f"),
    _leads("https://shop.example\\@other.example/"),
    _leads("http://shop.example:8080/", "shop.example:8080"),
    _leads("ftp://localhost/", "localhost"),
    _leads("http://localhost/"),
    _paid(cadence="weekly", anchor=28),
    _paid(cadence="every_n_days", starts_on="2025-11-03"),
    _paid(cadence="every_n_days", every_days=0, starts_on="2025-11-03"),
    _paid(cadence="every_n_days", every_days=367, starts_on="2025-11-03"),
    _paid(cadence="every_n_days", every_days=3, starts_on="2025-11-03\n"),
    _paid(every_days=3, starts_on="2025-11-03"),
    _paid(cadence="daily", every_days=3),
    _paid(net_days=181),
    _paid(minimum_minor=-1),
    _paid(weekend=[0]),
    _paid(weekend=[5, 6, 7, 1]),
    _paid(holidays=["2200-01-01"]),
    _paid(holidays=["1969-12-31"]),
    _paid(barred_countries=["us"]),
    _paid(time_zone=""),
    _paid(time_zone="../UTC"),
    _paid(audit={"network_percent": 0}),
    _paid(audit={"refund_percent": 101}),
    _paid(audit={"own_spike_times": 1}),
    _paid(audit={"stops": ["luck"]}),
    _closed(1, 15),
)
MORE_SOUND: tuple[Changes, ...] = (
    _rule(FLAT, action="lead_qualified", friend=POINTS, when=LAND),
    _by_level(FLAT, FLAT | {"amount_minor": 1}, action="lead"),
    *(_rule(for_months=120, action=one) for one in ("sale", "first_purchase", "repeat_purchase")),
    _rule(SHARE, action="event", minimum_order_minor=1),
    _rule(SHARE, action="level_up", when=BRAND),
    _rule(FLAT, unit="code", item="M" * 80),
    _by_level(FLAT, PIECES, unit="gift", item="Mug"),
    _rule(SHARE, unit="points"),
    _rule(BY_LINE, unit="store_credit", friend={"reward": SHARE, "unit": "points"}),
    _accepts(**_rule(FLAT, unit="points")),
    _accepts(**_rule(SHARE, unit="store_credit")),
    _accepts(**_rule(FLAT, unit="gift", item="Mug", friend=POINTS)),
    _accepts(**_rule(TOLD, friend={"reward": TOLD, "unit": "store_credit"})),
    _accepts(**_rule(minimum_order_minor=1, minimum_order_in={"USD": 0})),
    _accepts(payment=PAYMENT | {"audit": {"spike_floor_minor": 5, "refund_floor_minor": 5}}),
    _accepts(payment=PAYMENT | {"two_checkers_from_minor": 1, "two_checkers_from_in": ABROAD}),
    _accepts(
        payment=PAYMENT | {"cadence": "on_minimum", "minimum_minor": 1, "minimum_in": {"USD": 1}}
    ),
    _accepts(milestones=[REACHED]),
    _asked(op="between", of="order_net", low=5, high=9, low_in={"USD": 9}, high_in={"USD": 9}),
    _asked(op="between", of="friend_order", low=1, high=3),
    _asked(op="equals", of="coupons", value=1),
    _asked(op="at_least", of="order_net", value=0),
    _when(op="between", of="quantity", low=1, high=1),
    _when(op="not_in", of="customer", values=["new", "returning"]),
    _when(op="equals", of="country", value="at"),
    _when(op="in", of="sku", values=[f"s{number}" for number in range(100)]),
    _when(op="not_in", of="level", values=["High"]) | TIERS,
    {
        "tiers": {
            "measure": "net",
            "levels": [{"name": f"l{number}", "at_least": number} for number in range(10)],
        }
    },
    {"caps": [{"rewards": 1_000_000}, {"scope": "friend", "rewards": 1}]},
    {"caps": [{"scope": "programme", "rewards": 1}, {"scope": "programme", "amount_minor": 1}]},
    _given(POINTS, 3),
    {"cancellation": {"within_days": 1, "takes": "pro_rata"}},
    {"cancellation": {"within_days": 730, "takes": "all"}},
    {"notice_days": 180},
    {"disclosure": "#" * 280},
    {"exchange": {"days": 0}},
    {"exchange": {"days": 10}},
    {"review": REVIEW | {"days": 60, "escalation_days": 30}},
    {"milestones": [REACHED, REACHED | {"milestone_id": "m2"}]},
    {"milestones": [REACHED | {"reward_minor": 5}]} | _rule(FLAT, action="event"),
    _leads("https://shop.example:8443/", "shop.example:8443"),
    _leads("http://127.0.0.1:3000/", "127.0.0.1:3000"),
    _leads("https://localhost/", "localhost"),
    _paid(cadence="every_n_days", every_days=366, starts_on="1970-01-01"),
    _paid(cadence="daily", anchor=28),
    _paid(net_days=180),
    _paid(weekend=[]),
    _paid(weekend=[4, 5, 6]),
    _paid(holidays=["2199-12-31"]),
    _paid(two_checkers_from_minor=1),
    _closed(1, 14),
)
