"""What every end-to-end test needs: a programme of its own, its sources and its people."""

import time
from dataclasses import dataclass
from typing import Any

from infra.local.cast import Cast, Endpoint, Json, Signed
from infra.local.waiting import eventually


def terms(**changes: Any) -> Json:
    """10 % of a sale, 2.00 EUR for a sign-up, no hold, automatic up to 20.00 EUR."""
    return {
        "name": "Friends of Acme",
        "brand": "Acme Coffee",
        "currency": "EUR",
        "rules": [
            {
                "rule_id": "sale",
                "action": "sale",
                "reward": {"kind": "percentage", "basis_points": 1000},
            },
            {"rule_id": "lead", "action": "lead", "reward": {"kind": "flat", "amount_minor": 200}},
        ],
        "caps": [{"amount_minor": 50_000}],
        "hold_days": 0,
        "destination": {
            "hosts": ["shop.example"],
            "default_url": "https://shop.example/beans?colour=dark",
            "fallback_url": "https://shop.example/",
            "parameters": {"utm_source": "goodword"},
        },
        "attribution": {},
        "review": {"auto_approve_limit_minor": 2_000},
        "payment": {"cadence": "daily", "minimum_minor": 100, "rail": "simulator"},
        # Friends who buy in the second of their click are what a test is, and what a check holds.
        "trust": {"checks": {name: {"mode": "off"} for name in ("click_time", "velocity")}},
    } | changes


@dataclass
class Scenario:
    """One programme with the sources and people of one test."""

    cast: Cast
    program_id: str
    stripe: Endpoint
    shopify: Endpoint
    generic: Endpoint

    def joins(self, name: str, receiver: str = "") -> tuple[Signed, str]:
        """An advocate with a payout method; the person and the code."""
        email = f"{name}.{self.program_id[-6:]}@people.example"
        person = self.cast.join(email, name.title(), self.program_id)
        destination = {"receiver": receiver or email}
        person.put("/v1/me/payout-method", {"rail": "simulator", "destination": destination})
        return person, self.cast.code_of(person)

    def now(self) -> str:
        """The product's time as RFC 3339."""
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.cast.seconds))

    def rewards(self, person: Signed) -> list[Json]:
        """An advocate's rewards, newest first."""
        found: list[Json] = person.get("/v1/me/rewards")["data"]
        return found

    def becomes(self, person: Signed, state: str, count: int = 1) -> list[Json]:
        """Wait until that many of the advocate's rewards are in the state."""

        def look() -> list[Json]:
            found = [one for one in self.rewards(person) if one["state"] == state]
            return found if len(found) >= count else []

        return eventually(look, f"{count} rewards {state}")


def scenario(cast: Cast, **changes: Any) -> Scenario:
    """A fresh programme with all three sources."""
    program_id = cast.program(terms(**changes))
    return Scenario(
        cast,
        program_id,
        cast.source("stripe", program_id),
        cast.source("shopify", program_id),
        cast.source("generic", program_id),
    )
