"""Whom somebody introduces is a lead of theirs, told to sales, and forgotten when they wish."""

import pytest
from goodword.conversions.forgetting import Forgetting
from goodword.conversions.model import (
    Conversion,
    ConversionFact,
    Customer,
    Facts,
    Identity,
    Source,
)
from goodword.conversions.service import Worker
from goodword.errors import Conflict, InvalidInput, NotFound, TooLarge
from goodword.journeys.introducing import Friend, Introducing
from goodword.journeys.introduction import (
    Introduced,
    Introduction,
    KeyToDestroy,
    ReferralForm,
    SaidOfFriend,
)
from goodword.limits import INTRODUCTIONS_PER_DAY
from goodword.ports import Change
from goodword.privacy.erasing import Erasing
from goodword.privacy.model import PersonalFields, VaultItem
from goodword.programs.model import FlatReward, Rule
from goodword.rewards.model import Reward
from goodword.times import DAY_MS

from tests.support.people import BEN, MACS, Town, kept_delivery

ROBIN = "robin@acme.example"
ASKS = {"company": "required", "need": "required", "timing": "optional", "note": "optional"}
SIGN_UPS = Rule(rule_id="sign_up", action="lead", reward=FlatReward(amount_minor=500))


class Desk(Town):
    """Anna and Ben take part; the form is open."""

    def __init__(self) -> None:
        super().__init__()
        self.program_id = self.program(rules=(SIGN_UPS,)).program_id
        self.anna = self.joined(self.program_id).advocate_id
        self.ben = self.joined(self.program_id, BEN).advocate_id
        desk = self.desk("test")
        self.introducing = Introducing(desk, self.vault, self.vault, MACS)
        self.form()

    def form(self, **changes: object) -> ReferralForm:
        """Set the form."""
        said = {"program_id": self.program_id, "is_open": True, "asks": ASKS, **changes}
        return self.introducing.set_form(ReferralForm.model_validate(said))

    def friend(self, email: str = ROBIN, **changes: object) -> Friend:
        said = {
            "fields": PersonalFields(email=email, name="Robin", locale="de"),
            "agreed": True,
            "said": SaidOfFriend(company="Umbrella", need="Fewer returns"),
            "timing": "this_quarter",
            **changes,
        }
        return Friend.model_validate(said)

    def introduce(self, who: str = "", email: str = ROBIN, **changes: object) -> Introduction:
        friend = self.friend(email, **changes)
        return self.introducing.introduce(who or self.anna, self.program_id, friend)

    def source(self) -> Source:
        """A shop of the programme."""
        made, _ = self.sources.create(kind="generic", program_id=self.program_id, label="Shop")
        return made

    @property
    def mac(self) -> str:
        return MACS.mac("email", ROBIN)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_an_introduction_is_a_lead_of_its_advocate(desk: Desk) -> None:
    one = desk.introduce()
    (lead,) = desk.all(Conversion)
    assert (lead.advocate_id, lead.action, lead.event_name) == (desk.anna, "lead", "introduction")
    assert lead.conversion_id == one.conversion_id
    assert lead.touches[0].code
    assert not desk.all(Reward)  # a rule for sign-ups pays for no form
    fields, said = desk.introducing.opened(one)
    assert (fields.email, said.company, said.need) == (ROBIN, "Umbrella", "Fewer returns")
    assert "Umbrella" not in str(desk.store.items)
    assert ROBIN not in str(desk.store.items)
    (told,) = desk.events("introduction.made")
    assert told.data["timing"] == "this_quarter"
    assert told.data["advocate_id"] == desk.anna
    (letter,) = desk.events("friend.introduced")
    assert letter.data["advocate_id"] == one.friend_id
    assert desk.introducing.page(desk.program_id, 9, None).rows == [one.but(version=1)]
    assert desk.introducing.of(desk.anna, 9, None).rows == [one.but(version=1)]
    assert desk.introducing.of(desk.ben, 9, None).rows == []
    assert desk.ledger_differences() == []


def test_what_the_person_does_later_counts_for_the_advocate(desk: Desk) -> None:
    one = desk.introduce()
    (identity,) = desk.all(Identity)
    assert [touch.source for touch in identity.touches] == [one.introduction_id]
    desk.clock.advance(DAY_MS)
    delivery = kept_delivery(desk, desk.source(), 1, "waiting")
    sign_up = ConversionFact(
        action="lead",
        order_id="u-77",
        occurred_ms=desk.clock.at_ms,
        currency="EUR",
        customer=Customer(email=ROBIN),
    )
    Worker(desk.desk(), MACS, [b"clicks"]).book(delivery, Facts(facts=(sign_up,)))
    lead = next(one for one in desk.all(Conversion) if one.order_id == "u-77")
    assert (lead.advocate_id, lead.touches[0].kind) == (desk.anna, "form")
    (reward,) = desk.all(Reward)
    assert (reward.advocate_id, reward.earned_minor) == (desk.anna, 500)


def test_nobody_is_introduced_twice(desk: Desk) -> None:
    desk.introduce()
    with pytest.raises(Conflict, match="introduced_already"):
        desk.introduce(email=" ROBIN@acme.example ".strip())
    with pytest.raises(Conflict, match="friend_known"):
        desk.introduce(desk.ben)
    assert len(desk.all(Introduction)) == 1
    assert len(desk.all(Conversion)) == 1


def test_who_is_known_or_objects_is_not_passed_on(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="own_address"):
        desk.introduce(email="anna@mail.example")
    with pytest.raises(Conflict, match="friend_known"):
        desk.introduce(email="ben@mail.example")
    Forgetting(desk.desk()).close(desk.program_id, desk.mac, closed=True)
    with pytest.raises(Conflict, match="friend_known"):
        desk.introduce()
    assert not desk.all(Introduction)


def test_a_customer_is_not_introduced(desk: Desk) -> None:
    desk.introduce()
    change = Change()
    change.delete(desk.all(Introduced)[0])
    desk.store.commit(change)
    with pytest.raises(Conflict, match="friend_known"):
        desk.introduce(desk.ben)


def test_somebody_who_was_only_near_a_link_can_be_introduced(desk: Desk) -> None:
    Forgetting(desk.desk()).close(desk.program_id, desk.mac, closed=True)
    Forgetting(desk.desk()).close(desk.program_id, desk.mac, closed=False)
    assert desk.introduce().advocate_id == desk.anna


def test_the_form_asks_and_nothing_else_is_taken(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="form_not_answered") as missing:
        desk.introduce(said=SaidOfFriend(company="Acme"))
    assert [one.field for one in missing.value.fields] == ["need"]
    with pytest.raises(InvalidInput, match="form_not_answered") as more:
        desk.introduce(budget="1k_10k")
    assert [one.field for one in more.value.fields] == ["budget"]
    desk.form(asks={"timing": "required"})
    with pytest.raises(InvalidInput, match="form_not_answered"):
        desk.introduce(said=SaidOfFriend(), timing="unknown")
    with pytest.raises(InvalidInput, match="friend_not_asked"):
        desk.introduce(said=SaidOfFriend(), agreed=False)
    with pytest.raises(InvalidInput, match="unseen_characters"):
        desk.introduce(said=SaidOfFriend(company="Ac\u202eme"))
    with pytest.raises(TooLarge, match="text_too_long"):
        desk.introduce(said=SaidOfFriend(role="x" * 121))


def test_a_form_is_closed_until_it_is_opened(desk: Desk) -> None:
    desk.form(is_open=False)
    with pytest.raises(Conflict, match="form_closed"):
        desk.introduce()
    before = len(desk.events("introduction.form_set"))
    desk.form(is_open=False)
    assert len(desk.events("introduction.form_set")) == before
    assert desk.introducing.form("prg_other").is_open is False


def test_only_who_takes_part_introduces(desk: Desk) -> None:
    desk.enrolments.leave(desk.anna, desk.program_id)
    with pytest.raises(Conflict, match="not_taking_part"):
        desk.introduce()
    other = desk.program(name="Other").program_id
    desk.form(program_id=other)
    with pytest.raises(Conflict, match="not_taking_part"):
        desk.introducing.introduce(desk.ben, other, desk.friend())


def test_a_day_has_a_limit(desk: Desk) -> None:
    for number in range(INTRODUCTIONS_PER_DAY):
        desk.introduce(email=f"robin-{number}@acme.example")
    with pytest.raises(TooLarge, match="too_many_introductions"):
        desk.introduce(email="one-more@acme.example")
    assert desk.introduce(desk.ben, "bens@acme.example")
    desk.clock.advance(DAY_MS)
    assert desk.introduce(email="one-more@acme.example")


def test_two_at_one_moment_do_not_pass_the_limit_or_each_other(desk: Desk) -> None:
    desk.before_next_commit(lambda: desk.introduce(desk.ben))
    with pytest.raises(Conflict, match="friend_known"):
        desk.introduce()
    assert len(desk.all(Introduction)) == 1


def test_who_is_forgotten_leaves_nothing_and_their_key_goes(desk: Desk) -> None:
    one = desk.introduce()
    Forgetting(desk.desk()).forget(desk.program_id, desk.mac)
    after = desk.introducing.read(one.introduction_id)
    assert (after.sealed, after.forgotten_ms) == ("", desk.clock.at_ms)
    assert desk.introducing.page(desk.program_id, 9, None).rows == []
    assert not desk.all(Introduced)
    assert all(item.person_id != one.friend_id for item in desk.all(VaultItem))
    assert desk.introducing.opened(after) == (PersonalFields(), SaidOfFriend())
    erasing = Erasing(desk.desk(), desk.vault)
    erasing.destroy_keys()
    assert one.friend_id in desk.vault.forgotten
    assert not desk.all(KeyToDestroy)
    erasing.destroy_keys()
    Forgetting(desk.desk()).forget(desk.program_id, desk.mac)
    assert desk.introduce(desk.ben).friend_id != one.friend_id


def test_who_objects_is_taken_out_and_not_introduced_again(desk: Desk) -> None:
    one = desk.introduce()
    for _ in range(2):
        Forgetting(desk.desk()).close(desk.program_id, desk.mac, closed=True)
    after = desk.introducing.read(one.introduction_id)
    assert (after.sealed, after.forgotten_ms) == ("", desk.clock.at_ms)
    assert desk.introducing.page(desk.program_id, 9, None).rows == []
    assert [gone.friend_id for gone in desk.all(KeyToDestroy)] == [one.friend_id]
    with pytest.raises(Conflict, match="friend_known"):
        desk.introduce(desk.ben)


def test_a_kept_copy_of_somebody_forgotten_opens_nothing(desk: Desk) -> None:
    one = desk.introduce()
    desk.vault.forget(one.friend_id)
    assert desk.introducing.opened(one) == (PersonalFields(), SaidOfFriend())
    change = Change()
    change.delete(next(i for i in desk.all(VaultItem) if i.person_id == one.friend_id))
    desk.store.commit(change)
    Forgetting(desk.desk()).forget(desk.program_id, desk.mac)
    assert desk.introducing.read(one.introduction_id).sealed == ""


def test_an_unknown_introduction_is_not_there(desk: Desk) -> None:
    with pytest.raises(NotFound, match="unknown_introduction"):
        desk.introducing.read("int_x")
