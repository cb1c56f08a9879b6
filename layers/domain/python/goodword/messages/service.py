"""Each event is told once: a claim before the mail leaves, the outcome after it.

A mail that was handed over cannot be taken back, and the queue may bring the same event twice. So
the claim is committed first; a claim whose outcome never came is reported as `unknown`, not sent
again. A mail that surely did not leave is tried again when the queue brings the event back. Whether
it may leave is asked at that moment, not when the event was written: between the two lies a queue.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from goodword.errors import GoodwordError, NotFound, Unavailable
from goodword.events import Event
from goodword.limits import SENDING_SECONDS_MAX
from goodword.messages.model import (
    ENDS,
    Catalogue,
    Letter,
    Message,
    MessageOfAdvocate,
    Unfit,
    message_key,
)
from goodword.messages.outlook import CAME_BACK, outlook
from goodword.messages.places import page_of
from goodword.money import is_money
from goodword.ports import Change, Collision, Desk, GuardFailed
from goodword.privacy.model import Letters, PersonalFields, VaultItem, vault_key
from goodword.privacy.ports import Forgotten, PersonalVault
from goodword.programs.effective import version_in_force
from goodword.times import SECOND_MS

OPTIONAL: Mapping[str, Letters] = {
    "reward.due": "rewards",
    "enrolment.level_reached": "rewards",
    "enrolment.milestone_reached": "rewards",
    "payout.paid": "payouts",
}


class Refused(GoodwordError):
    """The mail service will never take this message; `code` says why in one word."""


class Post(Protocol):
    """Hands mail over."""

    def send(self, to: str, letter: Letter, type: str) -> str:
        """The service's id of the mail. Raises Refused, or Unavailable if it surely did not leave.

        Any other error leaves open whether the mail left.
        """
        ...


def _nothing_more(_event: Event, _locale: str) -> Mapping[str, str]:
    return {}


def _fit(_event: Event) -> Unfit | None:
    return None


def _free(_event: Event, _change: Change) -> None:
    """Nothing has to stay as it is until a letter is claimed."""


@dataclass(frozen=True)
class Messenger:
    """Tells advocates what has happened. `portal` is where they see and change things.

    `more_of` gives what letters about some events say besides, in the person's language; `go` in it
    is where the letter leads, `ask_stop` what ends such letters. `unfit` says why a letter is not
    to leave now, or never any more; None if it may. `hold` comes before that look, and adds to the
    claim of a letter what must not have changed since.
    `money_of` is how amounts are written in the language.
    """

    desk: Desk
    vault: PersonalVault
    post: Post
    catalogue_of: Callable[[str], Catalogue]
    portal: str
    money_of: Callable[[str], Callable[[int, str], str]]
    more_of: Callable[[Event, str], Mapping[str, str]] = _nothing_more
    unfit: Callable[[Event], Unfit | None] = _fit
    hold: Callable[[Event, Change], None] = _free

    def tell(self, event: Event) -> Message:
        """Send the message about the event unless that has been done; the message as it stands.

        Raises Unavailable when the event must be brought again.
        """
        before = self.desk.store.get(Message, message_key(event.event_id))
        if before is not None and before.state in ENDS:
            return before
        if before is not None and before.state == "sending":
            return self._find_out(before)
        change = Change()
        self.hold(event, change)
        claimed, unfit = self._begun(event, before), self.unfit(event)
        if unfit is not None and unfit.until_ms is not None:
            return self._held(claimed, event, unfit)
        found = unfit.reason if unfit is not None else self._letter(event)
        if isinstance(found, str):
            return self._kept(claimed.but(state="skipped", reason=found))
        to, letter = found
        claim = self._kept(claimed, change)
        try:
            provider_id = self.post.send(to, letter, event.type)
        except Refused as refused:
            return self._kept(claim.but(state="failed", reason=refused.code))
        except Unavailable as later:
            self._kept(claim.but(state="waiting", reason=later.code))
            raise
        return self._kept(claim.but(state="sent", provider_id=provider_id))

    def _begun(self, event: Event, before: Message | None) -> Message:
        now_ms = self.desk.clock.now_ms()
        if before is not None:
            again = {"tries": before.tries + 1, "changed_ms": now_ms, "next_ms": None, "told": None}
            return before.but(state="sending", reason="", **again)
        return Message(
            event_id=event.event_id,
            type=event.type,
            subject=event.subject,
            advocate_id=str(event.data.get("advocate_id") or ""),
            state="sending",
            tries=1,
            begun_ms=now_ms,
            changed_ms=now_ms,
        )

    def _held(self, claimed: Message, event: Event, unfit: Unfit) -> Message:
        """Kept for its hour. Nothing was tried, so it does not count as a try."""
        return self._kept(
            claimed.but(
                state="held",
                reason=unfit.reason,
                tries=claimed.tries - 1,
                next_ms=unfit.until_ms,
                told=event,
            )
        )

    def _find_out(self, claim: Message) -> Message:
        """Someone has claimed it: still at work, or gone without a word."""
        now_ms = self.desk.clock.now_ms()
        if now_ms - claim.changed_ms < SENDING_SECONDS_MAX * SECOND_MS:
            raise Unavailable("message_in_flight", "another worker is sending this message")
        return self._kept(claim.but(state="unknown", reason="no_outcome"))

    def _kept(self, message: Message, change: Change | None = None) -> Message:
        """Store this state; losing a race means that someone else is at work on it, or that what
        was looked at has changed: the event comes again."""
        change = change or Change()
        after = message.but(changed_ms=self.desk.clock.now_ms())
        change.save(after)
        if after.version == 0 and after.advocate_id:
            change.create(
                MessageOfAdvocate(
                    advocate_id=after.advocate_id,
                    event_id=after.event_id,
                    begun_ms=after.begun_ms,
                )
            )
        if after.state in ENDS:
            change.create(
                self.desk.event(
                    f"message.{after.state}",
                    after.advocate_id or after.event_id,
                    after.reason,
                    about=after.type,
                    event_id=after.event_id,
                )
            )
        try:
            self.desk.store.commit(change)
        except (Collision, GuardFailed) as lost:
            raise Unavailable("message_in_flight", "something else was quicker") from lost
        return after.but(version=after.version + 1)

    def _letter(self, event: Event) -> tuple[str, Letter] | str:
        """Address and letter, or the reason why there is nobody to write to."""
        advocate_id = str(event.data.get("advocate_id") or "")
        person = self._person(advocate_id)
        if isinstance(person, str):
            return person
        if OPTIONAL.get(event.type) in person.muted:
            return "not_wanted"
        catalogue = self.catalogue_of(person.locale)
        type = _worded(event)
        if type not in catalogue.letters:
            return "no_words"
        try:
            program_id = str(event.data.get("program_id") or "")
            terms = version_in_force(self.desk.store, program_id, event.at_ms).terms
        except NotFound as unknown:
            return unknown.code
        code, money = event.data.get("code"), self.money_of(person.locale)
        amount = event.data.get("amount_minor")
        until_ms = event.data.get("until_ms")
        currency = str(event.data.get("currency") or terms.currency)
        zone = person.zone or terms.payment.time_zone
        values = {
            "brand": terms.brand,
            "program": terms.name,
            "disclosure": terms.disclosure,
            "date": catalogue.date_of(event.at_ms, zone),
            "amount": money(amount, currency) if isinstance(amount, int) else "",
            "until": catalogue.date_of(until_ms, zone) if isinstance(until_ms, int) else "",
            "payout": event.subject,
            "reason": catalogue.sentence(event.reason),
            "link": f"{self.portal}/r/{code}" if code else self.portal,
        }
        if event.type in CAME_BACK:
            now_ms = self.desk.clock.now_ms()
            values["outlook"] = outlook(event, self.desk.store, terms, catalogue, now_ms)
        values |= self.more_of(event, person.locale)
        go = values.get("go", self.portal + page_of(event))
        letter = catalogue.letter(type, person.name, go, values)
        return person.email, letter.but(stop=values.get("ask_stop", ""))

    def _person(self, advocate_id: str) -> PersonalFields | str:
        item = self.desk.store.get(VaultItem, vault_key(advocate_id))
        if item is None:
            return "unknown_person"
        try:
            person = self.vault.open(item)
        except Forgotten:
            return "forgotten"
        return person if person.email else "no_address"


def _worded(event: Event) -> str:
    """Which letter it is: what is no money is handed over, not paid."""
    if event.type == "reward.due" and not is_money(str(event.data.get("currency") or "")):
        return "reward.granted"
    return event.type
