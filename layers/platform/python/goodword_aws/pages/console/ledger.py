"""The ledger and the journal as staff see them: checks, seals, entries, proofs, and who did what.

The journal is read by subject: a run, a reward, a payout, an advocate, a programme, a draft, a
dispute. Entries stand under their reward, else their payout.
"""

import re
from typing import Any

from goodword.errors import NotFound
from goodword.events import Event, history_of
from goodword.ledger.leaves import Leaf, leaves_of
from goodword.ledger.model import Entry
from goodword.ledger.seal import Seal, read_head
from goodword.ledger.service import CHECKS, LedgerCheck
from goodword.limits import PAGE_ITEMS_MAX
from goodword.ports import Store
from goodword.times import rfc3339

from goodword_aws import wiring
from goodword_aws.calls import answer_text
from goodword_aws.ledger import reward_proof, seal_key_answer
from goodword_aws.pages.console import MONEY
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, File, Sheet, View
from goodword_aws.rewards import Fact, approval, fact

SEALS_SHOWN = 10  # newest seals of the page; the API has all of them
_MOMENTS_MS = 10**11  # in 1973; a smaller number is a time that something takes
_DAY = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d)")
_MOMENT = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])-\d\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,9})?Z")
SUBJECT_MAX = 80  # characters of an id that is looked for


def add_ledger(site: Site) -> None:
    """Register the pages of the ledger and of the journal."""
    site.page("GET", "/console/ledger", roles=MONEY)(_ledger)
    site.page("GET", "/console/ledger/proofs/<reward_id>", roles=MONEY)(_proof)
    site.page("GET", "/console/ledger/key", roles=MONEY)(_key)
    site.page("GET", "/console/audit", roles=MONEY)(_audit)


def entries_of(store: Store, subject: str) -> list[dict[str, Any]]:
    """The entries about a reward or a payout with their legs, and under which seal they stand."""
    leaves = store.query(Leaf, "core", leaves_of(subject), limit=PAGE_ITEMS_MAX).rows
    keys = {leaf.item_key: leaf for leaf in leaves if leaf.of == "entry"}
    found = store.get_many(Entry, list(keys)) if keys else {}
    return [
        {
            "id": entry.entry_id,
            "what": entry.what,
            "at": rfc3339(entry.at_ms),
            "currency": entry.currency,
            "legs": entry.legs,
            "seal": keys[key].number,
        }
        for key, entry in sorted(found.items(), key=lambda one: one[1].at_ms)
    ]


def _ledger(view: View) -> Answer:
    store, subject = view.desk.store, _subject(view)
    checks = store.query(LedgerCheck, "core", CHECKS, limit=1, newest_first=True).rows
    seals = store.query(Seal, "journal", "SEALS", limit=SEALS_SHOWN, newest_first=True).rows
    data = {
        "check": checks[0] if checks else None,
        "head": read_head(store),
        "seals": [one.header for one in seals],
        "subject": subject,
        "entries": entries_of(store, subject) if subject else [],
    }
    return Sheet("console/ledger.html", data)


def _proof(view: View) -> Answer:
    """What anybody with the public key can check without us."""
    reward = approval(view.desk.actor).find(view.path["reward_id"])
    proof = reward_proof(view.desk.store, wiring.store(), reward, None)
    content = answer_text(proof).encode()
    return File(content, "application/json", f"{reward.reward_id}-proof.json")


def _key(view: View) -> Answer:
    found = seal_key_answer(view.desk.store)
    return File(found.pem.encode(), "application/x-pem-file", "goodword-seal-key.pem")


def _audit(view: View) -> Answer:
    subject = _subject(view)
    if not subject:
        return Sheet("console/audit.html", {"subject": "", "facts": [], "cursor": None})
    page = view.desk.store.query(
        Event,
        "journal",
        history_of(subject),
        limit=view.page.limit,
        cursor=view.page.starting_after,
        newest_first=True,
    )
    if not page.rows:
        raise NotFound("no_history", "nothing is known of such an id")
    facts = [(found, _data(view, found)) for found in map(fact, page.rows)]
    return Sheet("console/audit.html", {"subject": subject, "facts": facts, "cursor": page.cursor})


def _data(view: View, found: Fact) -> list[tuple[str, str]]:
    """What an event says further. Moments are the reader's, and days are written as days."""
    return [_told(view, name, value) for name, value in found.data.items()]


def _told(view: View, name: str, value: object) -> tuple[str, str]:
    if isinstance(value, int) and name.endswith("_ms") and value >= _MOMENTS_MS:
        return name.removesuffix("_ms"), view.reader.time(value)
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return name, view.reader.time(value)
    if isinstance(value, str) and _DAY.fullmatch(value):
        return name, view.reader.within("UTC").day(f"{value}T00:00:00Z")
    return name, str(value)


def _subject(view: View) -> str:
    return view.query.get("subject", "").strip()[:SUBJECT_MAX]
