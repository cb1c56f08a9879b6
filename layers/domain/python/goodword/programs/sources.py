"""A source's signing secret is shown once, when it is made here, and never read back.

Two secrets may be live at a time, newest first, so that a sender can change over without a lost
delivery: rotating keeps the secret that was newest, and drops the one before it. The secret of a
generic source is drawn here; Stripe and Shopify make their own, and staff hand it in.

What ids a source shares with others is said when it is made and never changes: its orders are
booked under it. It is a word that the sources have in common, or the id of one that is there.
"""

import base64
import re
from dataclasses import dataclass
from typing import Literal

from goodword.conversions.model import (
    Delivery,
    Source,
    SourceKind,
    done_index,
    kept_index,
    source_key,
)
from goodword.errors import Conflict, FieldError, InvalidInput, NotFound
from goodword.limits import ARRIVAL_DAYS, DELIVERY_PAGES_MAX, PAGE_ITEMS_MAX, PENDING_SHARDS
from goodword.money import known_currency
from goodword.ports import Change, Desk, Page, until_settled
from goodword.privacy.ports import Sealer
from goodword.programs.effective import read_program, read_versions
from goodword.programs.model import Program
from goodword.receipts import Receipt, no_receipt, settle
from goodword.times import DAY_MS, newest_first

SECRET_BYTES = 32
_PLACE = re.compile(r"\d{15}#[\x21-\x7e]{1,300}")
SECRET_PATTERNS: dict[str, re.Pattern[str]] = {
    "stripe": re.compile(r"whsec_[\x21-\x7e]{8,200}"),
    "shopify": re.compile(r"[\x21-\x7e]{16,200}"),
    "typeform": re.compile(r"[\x21-\x7e]{8,200}"),
    "zendesk": re.compile(r"[\x21-\x7e]{16,200}"),
    "segment": re.compile(r"[\x21-\x7e]{8,200}"),
    "hubspot": re.compile(r"[\x21-\x7e]{16,200}"),
    "salesforce": re.compile(r"[\x21-\x7e]{32,200}"),
}


@dataclass(frozen=True)
class Sources:
    """The use cases of inbound endpoints; staff only, which the API checks."""

    desk: Desk
    sealer: Sealer

    def create(
        self,
        *,
        kind: SourceKind,
        program_id: str,
        label: str,
        livemode: bool = True,
        namespace: str | None = None,
        secret: str | None = None,
        currency: str | None = None,
        mixed: bool = False,
        receipt: Receipt[Source] = no_receipt,
    ) -> tuple[Source, str | None]:
        """The source, and the secret if it was drawn here (it cannot be had again).

        `currency` is what a shop states its amounts in, the programme's if it is not given; one
        that is `mixed` names a currency with each order.
        """
        program = read_program(self.desk.store, program_id)
        if program.state == "closed":
            raise Conflict("program_closed", "a closed programme takes no deliveries")
        currency = known_currency(currency or program.currency)
        if mixed or currency != program.currency:
            self._check_abroad(program, "" if mixed else currency)
        signing, drawn = self._secret(kind, secret)
        source_id = self.desk.ids.new("src")
        source = Source(
            source_id=source_id,
            kind=kind,
            program_id=program_id,
            currency=currency,
            mixed=mixed,
            label=label,
            namespace=self._namespace(namespace, program_id, source_id),
            sealed_secrets=(self._sealed(signing, source_id),),
            livemode=livemode,
            created_ms=self.desk.clock.now_ms(),
        )
        change = Change()
        change.create(
            source,
            self.desk.event(
                "source.created", source_id, kind=kind, program_id=program_id, live=livemode
            ),
        )
        return settle(self.desk.store, change, source, receipt), drawn

    def rotate(
        self, source_id: str, secret: str | None = None, receipt: Receipt[Source] = no_receipt
    ) -> tuple[Source, str | None]:
        """A new newest secret; the one that was newest stays live until the next rotation."""
        kind = self.read(source_id).kind
        signing, drawn = self._secret(kind, secret)
        sealed = self._sealed(signing, source_id)

        def attempt() -> Source:
            source = self.read(source_id)
            rotated = source.but(sealed_secrets=(sealed, *source.sealed_secrets[:1]))
            change = Change()
            change.replace(rotated)
            change.create(self.desk.event("source.secret_rotated", source_id))
            return settle(self.desk.store, change, rotated, receipt)

        return until_settled(attempt), drawn

    def set_state(
        self,
        source_id: str,
        state: Literal["active", "disabled"],
        reason: str,
        receipt: Receipt[Source] = no_receipt,
    ) -> Source:
        """A disabled source is unknown to the intake. Asking for the present state does nothing."""

        def attempt() -> Source:
            source = self.read(source_id)
            if source.state == state:
                return source
            moved = source.but(state=state)
            change = Change()
            change.replace(moved)
            change.create(self.desk.event("source.state_changed", source_id, reason, after=state))
            return settle(self.desk.store, change, moved, receipt)

        return until_settled(attempt)

    def read(self, source_id: str) -> Source:
        """One source. Raises NotFound `unknown_source`."""
        source = self.desk.store.get(Source, source_key(source_id))
        if source is None:
            raise NotFound("unknown_source", "there is no such source")
        return source

    def list(self, limit: int, cursor: str | None) -> Page[Source]:
        """Sources in the order in which they were made; may lag behind a moment."""
        return self.desk.store.query_index(Source, "core", "SOURCES", limit=limit, cursor=cursor)

    def kept(self, source_id: str, limit: int, cursor: str | None) -> Page[Delivery]:
        """Deliveries of this source that a person must look at, oldest first.

        The index lists them by programme, so other sources' rows are passed over; after a bounded
        number of pages the answer may be short although more follow (its cursor says so).
        """
        program_id, rows = self.read(source_id).program_id, list[Delivery]()
        for _ in range(DELIVERY_PAGES_MAX):
            page = self.desk.store.query_index(
                Delivery,
                "arrivals",
                kept_index(program_id),
                limit=limit - len(rows),
                cursor=cursor,
            )
            rows += [row for row in page.rows if row.source_id == source_id]
            cursor = page.cursor
            if cursor is None or len(rows) >= limit:
                break
        return Page(rows, cursor)

    def done(self, source_id: str, limit: int, after: str | None = None) -> Page[Delivery]:
        """Deliveries of this source that were booked or rightly ignored, newest first.

        Those of ARRIVAL_DAYS (what is older goes, if not at once), after the place in the list at
        which the page before ended. The index is in shards, so that no sender is held up by it;
        each is asked for a page, and the newest of all are shown.
        """
        if after is not None and not _PLACE.fullmatch(after):
            raise InvalidInput("bad_cursor", "starting_after is no cursor of this list")
        oldest_ms = self.desk.clock.now_ms() - ARRIVAL_DAYS * DAY_MS
        found = [
            row
            for shard in range(PENDING_SHARDS)
            for row in self.desk.store.query_index(
                Delivery,
                "arrivals",
                done_index(source_id, shard),
                since="" if after is None else f"{after} ",  # a blank is before all that an id has
                until=newest_first(oldest_ms),
                limit=limit + 1,
            ).rows
        ]
        rows = sorted(found, key=lambda row: row.index_entry.sk)
        shown = rows[:limit]
        return Page(shown, shown[-1].index_entry.sk if len(rows) > limit else None)

    def last_heard(self, source: Source) -> int | None:
        """When the newest delivery that verified came, of those that have an end and are kept."""
        newest = self.done(source.source_id, 1).rows
        heard = newest[0].received_ms if newest else None
        cursor: str | None = None
        for _ in range(DELIVERY_PAGES_MAX):
            page = self.desk.store.query_index(
                Delivery,
                "arrivals",
                kept_index(source.program_id),
                since=f"{heard or 0:015d}",
                limit=PAGE_ITEMS_MAX,
                cursor=cursor,
            )
            for row in page.rows:
                if row.source_id == source.source_id:
                    heard = max(heard or 0, row.received_ms)
            cursor = page.cursor
            if cursor is None:
                break
        return heard

    def _check_abroad(self, program: Program, currency: str) -> None:
        """Refuse orders in another currency (empty: in any) unless some version takes them."""
        found = [one.terms for one in read_versions(self.desk.store, program.program_id)]
        takes = (currency in one.accepted or one.currencies == "convert" for one in found)
        if not any(takes) and (currency or not program.currencies):
            raise InvalidInput(
                "currency_mismatch",
                "the terms take no orders in other currencies",
                [
                    FieldError(
                        "currency",
                        f"must be {program.currency}",
                        "only_currency",
                        (("currency", program.currency),),
                    )
                ],
            )

    def _sealed(self, secret: str, source_id: str) -> str:
        """The secret as text that opens only as this source's."""
        return self.sealer.seal_bytes(secret.encode(), source_id)

    def _namespace(self, asked: str | None, program_id: str, source_id: str) -> str:
        """The word asked for, that of the source it names, or the new source's own id."""
        if asked is None:
            return source_id
        if not asked.startswith("src_"):
            return asked
        other = self.desk.store.get(Source, source_key(asked))
        if other is None or other.program_id != program_id:
            message = "is not a source of this programme"
            wrong = FieldError("namespace", message, "unknown_source")
            raise InvalidInput("unknown_source", f"namespace {wrong.message}", [wrong])
        return other.space.namespace

    def _secret(self, kind: SourceKind, given: str | None) -> tuple[str, str | None]:
        """The secret to seal, and the same once more if it has to be shown."""
        if kind == "generic" and given is None:
            chance = self.desk.ids.entropy(SECRET_BYTES)
            drawn = f"whsec_{base64.b64encode(chance).decode()}"
            return drawn, drawn
        pattern = SECRET_PATTERNS.get(kind)
        if given is None or pattern is None or not pattern.fullmatch(given):
            asked = "is drawn here" if kind == "generic" else f"must be {kind}'s signing secret"
            name, message = ("kind", kind), f"the secret {asked}"
            wrong = (
                FieldError("secret", message, "drawn_here")
                if kind == "generic"
                else FieldError("secret", message, "signing_secret", (name,))
            )
            raise InvalidInput("bad_secret", f"the secret {asked}", [wrong])
        return given, None
