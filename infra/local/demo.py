"""The demo tells one referral from click to paid, a refund, a proof, new rules, and advocacy.

Everything goes over HTTP with real signatures and real sign-ins; the only things done for the
listener are moving the clock and ringing it early, and both are said. The stack stays up.
"""

import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from infra.local import audit, emulator
from infra.local.advocacy import walk_journeys
from infra.local.cast import Cast, Endpoint, Json, RefusedError, Signed, done
from infra.local.directory import Directory
from infra.local.export import export, ring_sealer
from infra.local.payloads import shopify_order, shopify_refund
from infra.local.places import DEMO_HOME
from infra.local.progress import Progress
from infra.local.rule_change import change_rules
from infra.local.stack import LocalStack, attach, bring_up
from infra.local.thanks import give_thanks
from infra.local.voices import hear_voices
from infra.local.waiting import eventually

DAY_SECONDS = 86_400
HOLD_DAYS = 14
TERMS: Json = {
    "name": "Friends of Acme",
    "brand": "Acme Coffee",
    "currency": "EUR",
    "rules": [
        {
            "rule_id": "first-bag",
            "action": "sale",
            "reward": {"kind": "percentage", "basis_points": 1000},
            "minimum_order_minor": 1_000,
        },
        {"rule_id": "sign-up", "action": "lead", "reward": {"kind": "flat", "amount_minor": 200}},
    ],
    "caps": [{"amount_minor": 50_000, "period": "month"}],
    "hold_days": HOLD_DAYS,
    "destination": {
        "hosts": ["acme-coffee.example"],
        "default_url": "https://acme-coffee.example/beans",
        "fallback_url": "https://acme-coffee.example/",
        "parameters": {"utm_source": "goodword"},
    },
    "attribution": {"model": "last", "window_days": 30, "precedence": "code", "sticky": True},
    "review": {"auto_approve_limit_minor": 2_000},
    # Here people buy within a second of their click, and often; a shop leaves it as it is.
    "trust": {"checks": {"click_time": {"mode": "shadow"}, "velocity": {"mode": "shadow"}}},
    "payment": {
        "cadence": "monthly",
        "anchor": 1,
        "minimum_minor": 1_000,
        "time_zone": "Europe/Berlin",
        "rail": "simulator",
    },
}
# What people reach, and are told of; it is worth nothing but the words.
REACHED: Json = {
    "tiers": {
        "measure": "orders",
        "levels": [
            {"name": "friend", "at_least": 0},
            {"name": "regular", "at_least": 2},
            {"name": "insider", "at_least": 10},
        ],
    },
    "milestones": [
        {
            "milestone_id": "first_order",
            "title": "The first order over your link",
            "measure": "orders",
            "at_least": 1,
        },
        {
            "milestone_id": "thousand",
            "title": "Beans for 1,000 euros",
            "measure": "net",
            "at_least": 100_000,
        },
        {"milestone_id": "year", "title": "A year with us", "measure": "years", "at_least": 1},
    ],
}
OTHERS = {"ben": ("Ben", 5), "cleo": ("Cleo", 3), "dora": ("Dora", 1), "emil": ("Emil", 1)}


@dataclass
class Story:
    """The acts of the walk-through, in order; each says what it did."""

    cast: Cast
    progress: Progress
    program_id: str = ""

    def say(self, text: str) -> None:
        """One indented line of what happened."""
        self.progress.say(f"      {text}")

    def act(self, title: str) -> None:
        """A heading."""
        self.progress.say(f"\n  {title}")

    def tell(self) -> Directory:
        """The whole story; what is needed to go on from there."""
        shop = self.set_up()
        maya, code = self.joins("maya", "Maya")
        self.crowd(shop)
        reward = self.referral(shop, maya, code)
        self.approval(maya, reward)
        self.payout(maya, reward)
        self.refund(shop, maya)
        self.proof(maya, reward)
        change_rules(self, shop, maya, code)
        walk_journeys(self, TERMS | {"destination": self.shop_window()})
        ask_id = hear_voices(self, maya, self.cast.sign_in("ben@people.example"))
        give_thanks(self, shop, maya, ask_id)
        self.cast.sign_in("nora@people.example")  # somebody who has not joined yet
        self.cast.sign_in("robin@shoppers.example")  # the friend who bought
        self.cast.staff("lars", "analyst")
        return Directory.of(self.cast, self.program_id, shop, code)

    def set_up(self) -> Endpoint:
        """A programme, and the shop that reports to it."""
        self.act("1. Acme Coffee starts a programme")
        terms = TERMS | REACHED | {"destination": self.shop_window()}
        self.program_id = self.cast.program(terms)
        self.say("Marta (marketing): 10 % of an order from 10.00 EUR, 2.00 EUR for a sign-up,")
        self.say(f"at most 500.00 EUR a month, {HOLD_DAYS} days hold, paid on the 1st")
        shop = self.cast.source("shopify", self.program_id)
        self.say(f"Ada (admin): the shop reports to /v1/sources/{shop.source_id}, signed")
        return shop

    def shop_window(self) -> Json:
        """Where links lead: the shop of the town beside this run, so that they can be followed."""
        town = self.cast.stack.emulator.town_url
        return {
            **TERMS["destination"],
            "hosts": [urlsplit(town).netloc],
            "default_url": f"{town}/shop",
            "fallback_url": f"{town}/shop",
        }

    def joins(self, name: str, shown: str) -> tuple[Signed, str]:
        """Somebody becomes an advocate with a payout method."""
        email = f"{name}@people.example"
        person = self.cast.join(email, shown, self.program_id)
        method = {"rail": "simulator", "destination": {"receiver": email}}
        person.put("/v1/me/payout-method", method)
        return person, self.cast.code_of(person)

    def crowd(self, shop: Endpoint) -> None:
        """Others have a little history, so that lists are not empty."""
        self.act("2. Advocates join and share")
        for number, (name, (shown, clicks)) in enumerate(OTHERS.items()):
            _, code = self.joins(name, shown)
            click_ids = [self.cast.click_id(code) for _ in range(clicks)]
            if clicks > 1:
                self.buys(shop, 5_000 + number, "29.00", click_ids[0], f"{name}s.friend")
            self.say(f"{shown} joined with the code {code}, followed {clicks}x")

    def buys(self, shop: Endpoint, number: int, goods: str, click_id: str, who: str) -> None:
        """An order that the shop reports with the click it saw."""
        friend = f"{who}@shoppers.example"
        bought = shopify_order(
            number,
            goods,
            f"{float(goods) * 1.07:.2f}",
            f"{float(goods) * 0.07:.2f}",
            processed_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.cast.seconds)),
            note_attributes=[{"name": "gw_click", "value": click_id}],
            email=friend,
            contact_email=friend,
            customer={"id": number, "email": friend},
        )
        done(self.cast.shopify(shop, "orders/paid", bought))

    def referral(self, shop: Endpoint, maya: Signed, code: str) -> Json:
        """A click becomes a reward."""
        self.act("3. Robin follows Maya's link and buys")
        answer = self.cast.click(code)
        self.say(f"GET /r/{code} -> {answer.status} {answer.headers['location'][:88]}…")
        self.buys(shop, 7_001, "240.00", self.cast.click_id(code), "robin")
        self.say("Shopify: orders/paid, 240.00 EUR net, signed -> 200, stored before the answer")
        reward = self.becomes(maya, "on_hold")
        evidence = self.finance("fatima").get(f"/v1/rewards/{reward['id']}")
        (decision,) = evidence["conversion"]["decisions"]
        self.say(f"decided: {decision['lines'][0]['arithmetic']}")
        self.say(f"why Maya: {decision['reason']}, {decision['attribution']['reason']}")
        self.say(f"on hold: {evidence['reward']['reason']}")
        return reward

    def approval(self, maya: Signed, reward: Json) -> None:
        """A person decides; the machine waits out the hold."""
        self.act("4. Finance looks at it")
        refused = maya.send("POST", f"/v1/rewards/{reward['id']}/approve", {"reason_code": "other"})
        self.say(f"Maya tries to approve it herself -> {refused.status} {refused.json()['code']}")
        path, why = f"/v1/rewards/{reward['id']}/approve", {"reason_code": "checked_order"}
        self.finance("fatima").post(path, why)
        self.say("Fatima (finance) approves: checked_order")
        self.becomes(maya, "approved")
        self.forward(HOLD_DAYS + 1, "the hold is over")
        self.ring("rewards_schedule")
        self.becomes(maya, "due")
        self.say(f"Maya sees: {self.rewards(maya)[0]['status']['fact']}")

    def payout(self, maya: Signed, reward: Json) -> None:
        """The period closes; two people let the money go."""
        self.act("5. The month is over: the payout run")
        card = maya.get("/v1/me")["programs"][0]
        self.forward(self.days_to(card["next_payout_at"]) + 1, "the 1st has come")
        self.ring("payouts_schedule")
        run = self.run()
        total = run["total"]["amount_minor"] / 100
        self.say(f"{run['id']}: {total:.2f} EUR to {run['count']}; left out: {_left_out(run)}")
        path, hashed = f"/v1/payout-runs/{run['id']}", {"run_hash": run["run_hash"]}
        self.finance("fatima").post(f"{path}/request", hashed)
        release = hashed | {"total_minor": run["total"]["amount_minor"]}
        refused = self.finance("fatima").send("POST", f"{path}/release", release)
        self.say(f"Fatima requests; releasing it too -> {refused.status} {refused.json()['code']}")
        self.finance("frank").post(f"{path}/release", release)
        self.say("Frank (finance) types the total and releases")
        self.settled(run["id"])
        self.becomes(maya, "paid")
        self.say(f"paid once on the rail; the reward {reward['id'][:12]}… is paid")

    def refund(self, shop: Endpoint, maya: Signed) -> None:
        """A refund after the payment is a negative line."""
        self.act("6. Robin returns a quarter of it")
        returned = shopify_refund(8_001, 7_001, "60.00", "4.20", "64.20")
        done(self.cast.shopify(shop, "refunds/create", returned))
        self.say("Shopify: refunds/create, 60.00 EUR of 240.00")
        eventually(lambda: self.ready(maya) < 0, "the negative line")
        self.say(f"Maya's ready balance: {self.ready(maya) / 100:.2f} EUR, netted next time")
        self.ring("ledger_schedule")
        check = self.finance("fatima").get("/v1/ledger/check")
        self.say(f"the ledger, recomputed: {check['entries']} entries, no difference")
        count = len(self.cast.stack.mails("maya@people.example"))
        self.say(f"Maya's mailbox has {count} messages about all this")

    def proof(self, maya: Signed, reward: Json) -> None:
        """Whoever distrusts all of this takes the journal away and checks it."""
        self.act("7. Nobody has to believe the ledger")
        taken = export(self.cast.stack)
        self.say(f"sealed: {taken.items} journal items in {taken.seals} chained roots, KMS-signed,")
        self.say("copied to a locked bucket; exported to .local/demo/export/")
        good = audit.verified(taken)
        self.say(f"a verifier without AWS, Goodword or packages -> {_ended(good, 0)}")
        answer, key = maya.http.get(f"/v1/rewards/{reward['id']}/proof"), maya.get("/v1/ledger/key")
        own = audit.verified_proof(answer.body, key["pem"], taken.directory)
        self.say(f"the proof of her reward, which Maya fetched -> {_ended(own, 0)}")
        changed = audit.tampered(taken, taken.journal.name, lambda rows: _tenfold(rows, reward))
        bad = audit.verified(changed)
        self.say(f"~ in a copy, her 24.00 EUR become 240.00 EUR -> {_ended(bad, 1)}")
        self.say(bad.wrong[0])

    # --- what the acts share ------------------------------------------------------------------

    def finance(self, name: str) -> Signed:
        """A person in finance."""
        return self.cast.staff(name, "finance")

    def rewards(self, person: Signed) -> list[Json]:
        """An advocate's rewards, newest first."""
        found: list[Json] = person.get("/v1/me/rewards")["data"]
        return found

    def becomes(self, person: Signed, state: str) -> Json:
        """Wait for a reward in this state."""
        return eventually(
            lambda: next((one for one in self.rewards(person) if one["state"] == state), {}),
            f"a reward {state}",
        )

    def ready(self, person: Signed) -> int:
        """Ready money in minor units."""
        amount: int = person.get("/v1/me")["programs"][0]["money"][0]["ready"]["amount_minor"]
        return amount

    def forward(self, days: int, why: str) -> None:
        """Move the functions' clock; what is written by now is sealed before, as it would be."""
        ring_sealer(self.cast.stack)
        self.cast.stack.clock.advance(days * DAY_SECONDS)
        self.say(f"~ the local clock moves {days} days: {why}")

    def ring(self, function: str) -> None:
        """Invoke what a schedule would invoke within the next minute."""
        named: dict[str, Any] = json.loads(self.cast.stack.deployed.output("Functions"))
        self.cast.stack.client("lambda").invoke(FunctionName=named[function], Payload=b"{}")

    def days_to(self, when: str) -> int:
        """Whole days from now to a time of the API, rounded down."""
        at = time.mktime(time.strptime(when[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
        return max(0, int(at - self.cast.seconds) // DAY_SECONDS)

    def run(self) -> Json:
        """The newest run, once its list is complete."""
        finance = self.finance("fatima")

        def look() -> Json:
            found: list[Json] = finance.get("/v1/payout-runs")["data"]
            return next((run for run in found if run["listing"] == "hashed"), {})

        return eventually(look, "the payout run")

    def settled(self, run_id: str) -> None:
        """Wait until every payment of the run is known."""
        finance = self.finance("fatima")
        eventually(
            lambda: finance.get(f"/v1/payout-runs/{run_id}")["run"]["state"] == "settled",
            "the settled run",
        )


def _ended(verdict: audit.Verdict, code: int) -> str:
    """The last word of the verifier. Raises RefusedError if it is not the one that must come."""
    if verdict.code != code:
        raise RefusedError(f"the verifier ended with {verdict.code}\n{verdict.text}")
    return verdict.text.split()[-1]


def _tenfold(rows: list[Json], reward: Json) -> None:
    """Make ten times of what the reward earned, on both sides."""
    (earned,) = (
        row
        for row in rows
        if row.get("what") == "reward_earned" and row["refs"]["reward_id"] == reward["id"]
    )
    for leg in earned["legs"]:
        leg["amount_minor"] *= 10


def _left_out(run: Json) -> str:
    parts = [f"{part['count']} {why}" for why, part in run["excluded"].items()]
    return ", ".join(parts) or "nobody"


def demo(progress: Progress) -> int:
    """Bring the stack up and tell the story; a stack whose story was told is shown again."""
    there, kept = attach(DEMO_HOME), Directory.read()
    if there is not None and kept is not None:
        progress.say("  ✓ the demo is running already; everything is as you left it")
        kept.show(progress, there)
        return 0
    if there is not None:  # its story was never told to the end
        emulator.stop(DEMO_HOME)
    Directory.forget()
    stack: LocalStack = bring_up(DEMO_HOME, progress, tethered=False)
    try:
        directory = Story(Cast(stack), progress).tell()
    except BaseException:
        emulator.stop(DEMO_HOME)
        raise
    directory.write()
    directory.show(progress, stack)
    return 0
