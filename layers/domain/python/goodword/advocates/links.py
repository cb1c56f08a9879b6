"""A link carries all that a redirect needs, frozen when it is made; its code is never given twice.

Whatever makes links or moves their states replaces the advocate's head in the same Change. So the
limit holds under racing calls, and no link slips past a pause that is being committed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from goodword.advocates.code import fold, random_code
from goodword.advocates.model import (
    Advocate,
    Enrolment,
    Link,
    LinkOfAdvocate,
    enrolment_key,
    link_key,
)
from goodword.advocates.people import read_advocate
from goodword.errors import Conflict, FieldError, InvalidInput, NotFound, Unavailable
from goodword.limits import CODE_TRIES_MAX, LINKS_PER_ADVOCATE_MAX
from goodword.ports import Change, Desk, Guard, Page, Store, until_settled
from goodword.privacy.model import names_an_address
from goodword.programs.effective import active_program, version_in_force
from goodword.programs.model import Terms, url_host
from goodword.receipts import Receipt, no_receipt, settle
from goodword.records import Value

CODE_ENTROPY_BYTES = 16  # bytes that `random_code` asks for
VANITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,18}[A-Za-z0-9]")
_RESERVED_WORDS = """
    about abuse account admin administrator advocate advocates api app apply assets
    auth billing blog careers checkout click code codes console contact cookie cookies dashboard
    demo docs download email faq finance free goodword health help home index info invite jobs
    join legal link links login logout mail merchant money null official order orders partner
    partners password pay payment payments payout payouts portal press privacy redirect refer
    referral refund register reward rewards robots root sale sales secure security settings shop
    signin signup sitemap staff static status store support system team terms test track undefined
    unsubscribe user users verify webhook webhooks www
"""
RESERVED = frozenset(fold(word) for word in _RESERVED_WORDS.split())


class LinkWish(Value):
    """What may be chosen about a link; whatever is left out comes from the programme's terms."""

    destination: str | None = None
    label: str = ""
    vanity: str | None = None
    expires_ms: int | None = None


@dataclass(frozen=True)
class Links:
    """The use cases of links. Whose they are is decided by the caller, from the token."""

    desk: Desk

    def create(
        self,
        advocate_id: str,
        program_id: str,
        wish: LinkWish,
        receipt: Receipt[Link] = no_receipt,
    ) -> Link:
        """A further link of an active advocate. Conflict: `code_taken`, `too_many_links`, state."""

        def attempt() -> Link:
            store, now_ms = self.desk.store, self.desk.clock.now_ms()
            active_program(store, program_id)
            advocate = read_advocate(store, advocate_id)
            enrolment = store.get(Enrolment, enrolment_key(advocate_id, program_id))
            if enrolment is None or enrolment.state != "active":
                raise Conflict("enrolment_not_active", "only an active advocate makes links")
            terms = version_in_force(store, program_id, now_ms).terms
            change = Change()
            link = add_link(self.desk, change, advocate, program_id, terms, wish)
            change.require(enrolment.key, Guard(equals={"state": "active"}))
            change.create(
                self.desk.event(
                    "link.created",
                    advocate_id,
                    program_id=program_id,
                    link_id=link.link_id,
                    by_choice=wish.vanity is not None,
                )
            )
            return settle(store, change, link, receipt)

        return until_settled(attempt)

    def list(self, advocate_id: str) -> tuple[Link, ...]:
        """All links of a person, oldest first; there are at most LINKS_PER_ADVOCATE_MAX."""
        return links_of(self.desk.store, advocate_id)

    def page(self, advocate_id: str, limit: int, cursor: str | None) -> Page[Link]:
        """One page of a person's links, oldest first."""
        store = self.desk.store
        page = store.query(
            LinkOfAdvocate, "core", f"ADV#{advocate_id}", "L#", limit=limit, cursor=cursor
        )
        return Page(_found(store, page.rows), page.cursor)

    def of_code(self, code: str) -> Link:
        """The link of a code. Raises NotFound `unknown_link`."""
        link = self.desk.store.get(Link, link_key(code))
        if link is None:
            raise NotFound("unknown_link", "there is no such link")
        return link


def add_link(
    desk: Desk,
    change: Change,
    advocate: Advocate,
    program_id: str,
    terms: Terms,
    wish: LinkWish,
) -> Link:
    """Put a new link and the raised count into the change."""
    if advocate.links >= LINKS_PER_ADVOCATE_MAX:
        raise Conflict("too_many_links", f"an advocate has at most {LINKS_PER_ADVOCATE_MAX} links")
    now_ms = desk.clock.now_ms()
    code = _free_code(desk) if wish.vanity is None else _chosen_code(desk.store, wish.vanity)
    link = Link(
        code=code,
        link_id=desk.ids.new("lnk"),
        advocate_id=advocate.advocate_id,
        program_id=program_id,
        destination=_destination(terms, wish.destination),
        hosts=terms.destination.hosts,
        parameters=dict(terms.destination.parameters),
        fallback=terms.destination.fallback_url,
        created_ms=now_ms,
        expires_ms=_expiry(wish.expires_ms, now_ms),
        label=wish.label,
    )
    change.create(
        link,
        LinkOfAdvocate(
            advocate_id=link.advocate_id,
            link_id=link.link_id,
            code=link.code,
            program_id=program_id,
            created_ms=now_ms,
        ),
    )
    change.save(advocate.but(links=advocate.links + 1))
    return link


def links_of(store: Store, advocate_id: str) -> tuple[Link, ...]:
    """All links of a person, oldest first, in two reads."""
    page = store.query(
        LinkOfAdvocate, "core", f"ADV#{advocate_id}", "L#", limit=LINKS_PER_ADVOCATE_MAX
    )
    return _found(store, page.rows)


def _found(store: Store, rows: Sequence[LinkOfAdvocate]) -> tuple[Link, ...]:
    found = store.get_many(Link, [link_key(row.code) for row in rows]) if rows else {}
    return tuple(found[link_key(row.code)] for row in rows)


def turn(change: Change, links: Iterable[Link], *, active: bool) -> None:
    """Put those links into the change that are not in the wanted state yet."""
    for link in links:
        if (link.state == "active") != active:
            change.replace(link.but(state="active" if active else "paused"))


def _free_code(desk: Desk) -> str:
    for _ in range(CODE_TRIES_MAX):
        code = random_code(desk.ids.entropy(CODE_ENTROPY_BYTES))
        if fold(code) not in RESERVED and desk.store.get(Link, link_key(code)) is None:
            return code
    raise Unavailable("no_free_code", f"{CODE_TRIES_MAX} drawn codes were all taken")


def _chosen_code(store: Store, vanity: str) -> str:
    """As it was typed; `ANNA-10` and `anna10` are the same code, and so are look-alikes."""
    message = "must be 3 to 20 letters, digits or inner hyphens"
    wrong = [FieldError("vanity", message, "vanity_form")]
    if not VANITY.fullmatch(vanity):
        raise InvalidInput("bad_code", "the code cannot be used", wrong)
    if fold(vanity) in RESERVED:
        raise Conflict("code_taken", "the code is reserved")
    if store.get(Link, link_key(vanity)) is not None:
        raise Conflict("code_taken", "the code belongs to another link")
    return vanity


def _destination(terms: Terms, wanted: str | None) -> str:
    destination = wanted or terms.destination.default_url
    if url_host(destination) not in terms.destination.hosts:
        raise InvalidInput(
            "destination_not_allowed",
            "a link leads only to the programme's own hosts",
            [
                FieldError(
                    "destination",
                    "must be a plain https address of an allowed host",
                    "destination_not_allowed",
                )
            ],
        )
    if names_an_address(destination):
        raise InvalidInput(
            "destination_names_a_person",
            "everybody who follows the link would see the address",
            [
                FieldError(
                    "destination",
                    "must not contain an e-mail address",
                    "destination_names_a_person",
                )
            ],
        )
    return destination


def _expiry(expires_ms: int | None, now_ms: int) -> int | None:
    if expires_ms is not None and expires_ms <= now_ms:
        raise InvalidInput(
            "expires_in_the_past",
            "a link cannot have expired before it is made",
            [FieldError("expires_at", "must be in the future", "expires_in_the_past")],
        )
    return expires_ms
