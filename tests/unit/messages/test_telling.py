"""Every event is told once at most; whatever happens to the mail can be seen afterwards."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from goodword.errors import Unavailable
from goodword.events import Event
from goodword.limits import SENDING_SECONDS_MAX
from goodword.messages.model import Catalogue, Letter, Message, Unfit, in_sentence, message_key
from goodword.messages.service import Messenger, Refused
from goodword.ports import Change
from goodword.privacy.model import PersonalFields, VaultItem, vault_key
from goodword_aws.messages import money_of

from tests.fakes.privacy import MemoryVault
from tests.support.desk import NOW_MS
from tests.support.scene import MAYA, PROGRAM, Scene

WORDS = Path(__file__).parents[3] / "layers/domain/python/goodword/messages/catalogue.en.json"
ENGLISH = Catalogue.model_validate_json(WORDS.read_text("utf-8"))
TYPES = sorted(ENGLISH.letters)
TOLD_MORE = ("program.", "dispute.", "enrolment.", "journey.", "story.")
MORE = {
    "changes": "Until then: 10 % of the order. From then on: 8 % of the order.",
    "effective": "22 November 2025, 00:00 (UTC)",
    "effective_day": "22 November 2025",
    "terms": "10 % of the order.",
    "told_fact": "You asked about a missing order.",
    "told_reason": "It was decided for you.",
    "told_action": "See your rewards.",
    "ask_subject": "Would you help?",
    "ask_fact": "Acme Coffee would like to ask you for something.",
    "ask_reason": "You agreed on 22 November 2025 to be asked.",
    "ask_action": "You decide.",
    "ask_thanks": "Thank you.",
    "ask_until": "22 November 2025",
    "spot_from": "22 November 2025",
    "level": "gold",
    "level_gives": "gold: 20 % of the amount for an order.",
    "milestone": "Your first recommendation",
    "milestone_gives": "",
    "ask_stop": "https://go.example/asks/a1/unsubscribe",
}


class Box:
    """A mail service that keeps what it took, or answers with an error."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Letter, str]] = []
        self.error: Exception | None = None
        self.takes_before_error = False

    def send(self, to: str, letter: Letter, type: str) -> str:
        if self.error is None or self.takes_before_error:
            self.sent.append((to, letter, type))
        if self.error is not None:
            raise self.error
        return f"mail-{len(self.sent)}"


class House(Scene):
    def __init__(self, name: str = "Maya <b>", email: str = "maya@example.com") -> None:
        super().__init__()
        self.vault, self.box = MemoryVault(), Box()
        change = Change()
        change.create(self.vault.seal(MAYA, PersonalFields(name=name, email=email, locale="en-GB")))
        self.store.commit(change)
        self.messenger = Messenger(
            desk=self.desk("messages"),
            vault=self.vault,
            post=self.box,
            catalogue_of=lambda _: ENGLISH,
            portal="https://go.example",
            money_of=money_of,
            more_of=lambda event, locale: MORE if event.type.startswith(TOLD_MORE) else {},
        )

    def stored(self) -> Message:
        found = self.store.get(Message, message_key("evt_1"))
        assert found is not None
        return found


@pytest.fixture
def house() -> House:
    return House()


def event(type: str = "reward.due", **data: str | int | None) -> Event:
    told = {"advocate_id": MAYA, "program_id": PROGRAM, "amount_minor": 1234, "currency": "EUR"}
    return Event.model_validate(
        {
            "event_id": "evt_1",
            "type": type,
            "subject": "rwd_1",
            "at_ms": NOW_MS,
            "actor": {"kind": "system", "id": "test"},
            "reason": "destination_changed",
            "data": {**told, "code": "MAYA7", **data},
        }
    )


def test_german_has_the_same_letters_with_the_same_places() -> None:
    german = Catalogue.model_validate_json(WORDS.with_name("catalogue.de.json").read_text("utf-8"))
    assert set(german.reasons) == set(ENGLISH.reasons)
    for type, words in ENGLISH.letters.items():
        for part, text in words.model_dump().items():
            other = german.letters[type].model_dump()[part]
            assert set(re.findall(r"{\w+}", other)) == set(re.findall(r"{\w+}", text)), (type, part)


@pytest.mark.parametrize("type", TYPES)
def test_every_type_says_fact_reason_date_and_action(house: House, type: str) -> None:
    message = house.messenger.tell(event(type))
    assert (message.state, message.provider_id, message.tries) == ("sent", "mail-1", 1)
    ((to, letter, tag),) = house.box.sent
    assert (to, tag) == ("maya@example.com", type)
    assert "Acme Coffee" in letter.text
    assert "22 November 2025" in letter.text
    assert "https://go.example" in letter.text
    assert letter.text.startswith("Hello Maya <b>,")
    assert "Maya &lt;b&gt;" in letter.html
    assert "<b>" not in letter.html
    assert not {"{", "}"} & set(letter.subject + letter.text)
    assert "\n" not in letter.subject
    if type.startswith(("reward", "payout")):
        assert "€12.34" in letter.subject + letter.text


def test_a_letter_that_is_not_wanted_is_not_sent_and_a_needed_one_is(house: House) -> None:
    item = house.store.get(VaultItem, vault_key(MAYA))
    assert item is not None
    fields = house.vault.open(item).but(muted=("rewards", "payouts"))
    change = Change()
    change.replace(house.vault.seal(MAYA, fields, item))
    house.store.commit(change)
    for n, type in enumerate(("reward.due", "payout.paid")):
        told = house.messenger.tell(event(type).but(event_id=f"evt_mute{n}"))
        assert (told.state, told.reason) == ("skipped", "not_wanted")
    assert house.messenger.tell(event("payout.failed")).state == "sent"


def test_what_is_no_money_is_not_said_to_be_paid(house: House) -> None:
    house.messenger.tell(event(amount_minor=100, currency="POINTS"))
    (sent,) = house.box.sent
    assert "100 points" in sent[1].subject
    assert "handed over to you" in sent[1].text
    assert "payout" not in sent[1].text


def test_a_letter_says_until_when(house: House) -> None:
    house.messenger.tell(event("advocate.erasure_asked", until_ms=NOW_MS + 7 * 86_400_000))
    assert "29 November 2025" in house.box.sent[0][1].text


def test_a_letter_leads_where_its_event_says_and_can_be_ended(house: House) -> None:
    asked = MORE | {"go": "https://go.example/asks/a1"}
    messenger = replace(house.messenger, more_of=lambda _event, _locale: asked)
    messenger.tell(event("journey.asked"))
    (_, letter, _) = house.box.sent[0]
    assert "Answer: https://go.example/asks/a1\n" in letter.text
    assert letter.stop == MORE["ask_stop"]


def test_a_letter_that_does_not_fit_any_more_is_not_sent(house: House) -> None:
    messenger = replace(house.messenger, unfit=lambda _event: Unfit("ask_over"))
    message = messenger.tell(event("journey.asked"))
    assert (message.state, message.reason, house.box.sent) == ("skipped", "ask_over", [])


def test_an_active_advocate_gets_link_and_disclosure(house: House) -> None:
    house.messenger.tell(event("enrolment.activated"))
    letter = house.box.sent[0][1]
    assert "https://go.example/r/MAYA7" in letter.text
    assert "#ad" in letter.text


def test_letters_are_whole_where_nothing_more_is_told(house: House) -> None:
    plain = Messenger(
        house.desk("messages"),
        house.vault,
        house.box,
        lambda _: ENGLISH,
        "https://x",
        money_of,
    )
    assert plain.tell(event()).state == "sent"
    ((_, letter, _),) = house.box.sent
    assert "€12.34" in letter.subject + letter.text
    assert not {"{", "}"} & set(letter.subject + letter.text)


def test_without_a_link_the_way_in_is_shown(house: House) -> None:
    house.messenger.tell(event("enrolment.activated", code=None))
    assert "/r/" not in house.box.sent[0][1].text


def test_a_failed_payout_says_why(house: House) -> None:
    house.messenger.tell(event("payout.failed"))
    assert "was changed after this payout was approved" in house.box.sent[0][1].text
    assert ENGLISH.sentence("never heard of") == ENGLISH.reasons[""]


def test_an_event_that_comes_again_is_not_told_again(house: House) -> None:
    first = house.messenger.tell(event())
    assert house.messenger.tell(event()) == first
    assert len(house.box.sent) == 1
    assert [one.type for one in house.events("message.sent")] == ["message.sent"]


def test_the_delivery_log_holds_nothing_personal(house: House) -> None:
    house.messenger.tell(event())
    kept = json.dumps(
        [item for key, item in house.store.items.items() if key.pk.startswith(("MSG", "EVT"))]
    )
    assert "maya@" not in kept
    assert "Maya" not in kept
    assert "1234" not in kept
    assert house.stored().expires_s > NOW_MS // 1000


def test_a_crash_after_the_claim_is_seen_and_not_sent_again(house: House) -> None:
    house.box.error, house.box.takes_before_error = RuntimeError("lost"), True
    with pytest.raises(RuntimeError):
        house.messenger.tell(event())
    assert house.stored().state == "sending"
    house.box.error = None
    with pytest.raises(Unavailable, match="message_in_flight"):
        house.messenger.tell(event())
    house.clock.advance(SENDING_SECONDS_MAX * 1000)
    assert house.messenger.tell(event()).state == "unknown"
    assert house.messenger.tell(event()).state == "unknown"
    assert len(house.box.sent) == 1
    assert [one.reason for one in house.events("message.unknown")] == ["no_outcome"]


def test_a_mail_that_did_not_leave_is_tried_again(house: House) -> None:
    house.box.error = Unavailable("mail_not_taken", "x")
    with pytest.raises(Unavailable):
        house.messenger.tell(event())
    assert (house.stored().state, house.stored().reason) == ("waiting", "mail_not_taken")
    house.box.error = None
    message = house.messenger.tell(event())
    assert (message.state, message.tries, message.reason) == ("sent", 2, "")


def test_a_mail_that_is_refused_is_not_tried_again(house: House) -> None:
    house.box.error = Refused("mail_rejected", "x")
    assert house.messenger.tell(event()).reason == "mail_rejected"
    house.box.error = None
    assert house.messenger.tell(event()).state == "failed"
    assert house.box.sent == []


def test_two_workers_at_once_send_one_mail(house: House) -> None:
    def overtaken(item: VaultItem) -> PersonalFields:
        house.vault.open = opened  # type: ignore[method-assign]  # only the first is overtaken
        house.messenger.tell(event())
        return opened(item)

    opened = house.vault.open
    house.vault.open = overtaken  # type: ignore[method-assign]  # another runs meanwhile
    with pytest.raises(Unavailable, match="message_in_flight"):
        house.messenger.tell(event())
    assert len(house.box.sent) == 1
    assert house.stored().state == "sent"


def test_nobody_to_write_to_is_a_reason(house: House) -> None:
    assert house.messenger.tell(event(advocate_id="adv_none")).reason == "unknown_person"
    assert house.stored().state == "skipped"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"program_id": "prg_none"}, "unknown_program"),
        ({"advocate_id": None}, "unknown_person"),
    ],
)
def test_an_event_without_its_context_is_skipped(
    house: House, change: dict[str, Any], reason: str
) -> None:
    message = house.messenger.tell(event(**change))
    assert (message.state, message.reason) == ("skipped", reason)


def test_a_forgotten_person_gets_no_mail(house: House) -> None:
    house.vault.forget(MAYA)
    assert house.messenger.tell(event()).reason == "forgotten"


def test_a_person_without_an_address_gets_no_mail() -> None:
    assert House(email="").messenger.tell(event()).reason == "no_address"


def test_an_event_without_words_is_skipped(house: House) -> None:
    assert house.messenger.tell(event("reward.created")).reason == "no_words"
    assert house.box.sent == []


def test_a_person_without_a_name_is_greeted_all_the_same() -> None:
    house = House(name="")
    house.messenger.tell(event())
    assert house.box.sent[0][1].text.startswith("Hello,")


@pytest.mark.parametrize("name", ["Ann\r\nBcc: x@y.example", "Ann\u2028Bob", "Ann\x00"])
def test_a_name_cannot_start_a_new_line(name: str) -> None:
    assert not set(in_sentence(name)) & set("\r\n\u2028\x00")
    house = House(name=name)
    house.messenger.tell(event())
    assert len(house.box.sent[0][1].text.splitlines()[0]) < 40


def test_a_name_turns_nothing_round_in_a_letter() -> None:
    leftward = "\u0633\u0627\u0631\u0627"
    house = House(name=f"\u202e\u2067{leftward}\u200e")
    house.messenger.tell(event())
    letter = house.box.sent[0][1]
    assert letter.text.startswith(f"Hello \u2068{leftward}\u2069,")
    assert f"<p>Hello \u2068{leftward}\u2069,</p>" in letter.html


def test_a_value_turns_nothing_round_in_a_subject() -> None:
    places = ("brand", "amount", "program", "payout", "date", "disclosure")

    def letter(value: str) -> Letter:
        said = dict.fromkeys(places, value)
        return ENGLISH.letter("payout.paid", "", "https://x.example", said)

    leftward = "\u0633\u0627\u0631\u0627"
    assert f"\u2068{leftward}\u2069" in letter(leftward).subject
    found = letter("\u202eA\u200b")
    assert found.subject == "A has paid you A"
    assert "\u202e" not in found.subject + found.text + found.html


def test_a_person_is_in_the_vault_under_their_id(house: House) -> None:
    assert house.store.get(VaultItem, vault_key(MAYA)) is not None


@pytest.mark.parametrize(
    ("zone", "day"), [("", "22 November 2025"), ("Pacific/Kiritimati", "23 November 2025")]
)
def test_a_day_is_that_of_the_person(house: House, zone: str, day: str) -> None:
    item = house.store.get(VaultItem, vault_key(MAYA))
    assert item is not None
    change = Change()
    change.replace(house.vault.seal(MAYA, house.vault.open(item).but(zone=zone), item))
    house.store.commit(change)
    house.messenger.tell(event("payout.paid").but(at_ms=NOW_MS + 10 * 3_600_000))
    assert day in house.box.sent[0][1].text


def test_a_letter_leads_to_the_page_of_what_it_tells_of(house: House) -> None:
    house.messenger.tell(event("payout.paid"))
    house.messenger.tell(event("advocate.invited").but(event_id="evt_2"))
    texts = [letter.text for _, letter, _ in house.box.sent]
    assert ": https://go.example/my/payouts/rwd_1\n" in texts[0]
    assert f": https://go.example/join/{PROGRAM}\n" in texts[1]
