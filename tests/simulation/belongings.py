"""Nobody sees or changes what is not theirs: asked of every finished town, through the handlers.

What people may see is worked out from the stored items alone: a reward, a payout and an order have
one owner, and lists show what is the asker's own. Who has no group, or only reads, decides nothing.
"""

import json
from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.books import Books, Item
from tests.simulation.happenings import account_of
from tests.simulation.lambdas import asked

if TYPE_CHECKING:
    from tests.simulation.town import Town

LISTS = {"reward": ("/v1/me/rewards", "id"), "payout": ("/v1/me/payouts", "payout_id")}
OPENED = {
    "reward": "/v1/me/rewards/{}/explanation?locale=en",
    "payout": "/v1/me/payouts/{}/statement",
}
RUN = "/v1/payout-runs/run_0"
OF_FINANCE = (
    *(f"/v1/rewards/rwd_0/{verdict}" for verdict in ("approve", "refuse")),
    *("/v1/rewards/hand-outs", "/v1/payout-runs", "/v1/payout-holds", "/v1/payout-holds/lift"),
    *(f"{RUN}/{step}" for step in ("request", "release", "cancel", "confirm", "findings")),
    *(f"{RUN}/reconciliation", f"{RUN}/reconciliation/start"),
)
OF_DECIDERS = (
    *("/v1/bans", "/v1/exemptions", "/v1/exemptions/end"),
    *("/v1/disputes/dsp_0/messages", "/v1/disputes/dsp_0/resolve"),
)
POWERLESS = ("", "analyst", "marketer")  # groups; an admin decides about people, not about money
REFUSED = (
    *((path, (*POWERLESS, "admin")) for path in OF_FINANCE),
    *((path, POWERLESS) for path in OF_DECIDERS),
)
OF_AN_ORDER = ("conversion", "decision", "reward", "conversion_of_advocate")


def _owned(books: Books) -> Iterator[str]:
    """I10: of one thing in each seed; what must be refused is refused and writes nothing."""
    chance = Random(f"belongings {books.town.story.seed}")
    kind = chance.choice(tuple(OPENED))
    people = {each["advocate_id"] for each in books["enrolment"]}  # friends have no account
    if owned := [each for each in books[kind] if each["advocate_id"] in people]:
        yield from _opened(books, kind, chance.choice(owned))
        yield from _listed(books, kind, chance.choice(owned))
    if books["conversion"]:
        yield from _foreign(books, chance.choice(books["conversion"]), sorted(people))
    path, groups = chance.choice(REFUSED)
    yield from _powerless(books.town, chance.choice(groups), path)


def _opened(books: Books, kind: str, one: Item) -> Iterator[str]:
    """Its owner opens it; to everybody else it is not there."""
    path = OPENED[kind].format(one[f"{kind}_id"])
    everybody = sorted({each["advocate_id"] for each in books["enrolment"]})
    for who in everybody:
        own = who == one["advocate_id"]
        status, said = asked(books.town, account_of(who), "GET", path, group="")
        if status != (200 if own else 404):
            yield f"{who} asks for {path} of {one['advocate_id']}: {status} {said.get('code', '')}"


def _foreign(books: Books, order: Item, people: list[str]) -> Iterator[str]:
    """Whom no touch, decision or list of an order names learns nothing of it."""
    named = json.dumps([one for kind in OF_AN_ORDER for one in books[kind] if _is_of(one, order)])
    path = f"/v1/me/conversions/{order['conversion_id']}/explanation?locale=en"
    for who in [one for one in people if f'"{one}"' not in named][:1]:
        status, said = asked(books.town, account_of(who), "GET", path, group="")
        if (status, said.get("code")) != (404, "unknown_conversion"):
            yield f"{who} asks for {path}: {status} {said.get('code', '')}"


def _is_of(one: Item, order: Item) -> bool:
    return bool(one.get("conversion_id") == order["conversion_id"])


def _listed(books: Books, kind: str, one: Item) -> Iterator[str]:
    """A list has what is the asker's own, and nothing else."""
    who, (path, name) = one["advocate_id"], LISTS[kind]
    status, said = asked(books.town, account_of(who), "GET", path, group="")
    own = {each[f"{kind}_id"] for each in books[kind] if each["advocate_id"] == who}
    shown = {each[name] for each in said["data"]} if status == 200 else set()
    if not shown or not shown <= own:
        yield f"{path} shows {who} {sorted(shown - own)}, of {len(own)} own: {status}"


def _powerless(town: "Town", group: str, path: str) -> Iterator[str]:
    """Whoever may not decide is refused before anything is looked at."""
    commits = town.commits
    status, said = asked(town, "usr_rita", "POST", path, {}, group=group)
    if (status, said.get("code")) != (403, "not_allowed") or town.commits != commits:
        yield f"{group or 'nobody'} posts to {path}: {status} {said.get('code', '')}"


BELONGINGS = (_owned,)
