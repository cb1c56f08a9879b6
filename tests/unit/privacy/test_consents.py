"""What somebody agreed to stands with when it was given, and when it was taken back."""

from goodword.privacy.consents import Consent, ConsentStep, consents_of, folded
from goodword.privacy.erasing import Erasing
from goodword.privacy.profile import Profiles
from goodword.times import DAY_MS

from tests.support.people import MACS, Town


def step(at_ms: int, *, given: bool, program_id: str = "prg_a") -> ConsentStep:
    return ConsentStep(
        step_id=f"cst_{at_ms}",
        advocate_id="adv_a",
        what="terms",
        given=given,
        at_ms=at_ms,
        program_id=program_id,
        version_number=at_ms,
    )


def spans(*steps: ConsentStep) -> list[tuple[str, int, int | None]]:
    return [(one.program_id, one.given_ms, one.withdrawn_ms) for one in folded(steps)]


def test_a_consent_ends_when_it_is_taken_back_or_given_anew() -> None:
    assert spans(step(1, given=True)) == [("prg_a", 1, None)]
    assert spans(step(1, given=True), step(2, given=False)) == [("prg_a", 1, 2)]
    assert spans(step(1, given=True), step(3, given=True)) == [("prg_a", 1, 3), ("prg_a", 3, None)]
    assert spans(step(2, given=False)) == []
    other = step(2, given=True, program_id="prg_b")
    assert spans(step(1, given=True), other, step(3, given=False)) == [
        ("prg_a", 1, 3),
        ("prg_b", 2, None),
    ]


def test_joining_leaving_and_joining_anew_are_three_steps() -> None:
    town = Town()
    program_id = town.program().program_id
    joined = town.joined(program_id)
    first_ms = town.clock.at_ms
    town.clock.advance(DAY_MS)
    town.enrolments.leave(joined.advocate_id, program_id)
    left_ms = town.clock.at_ms
    town.clock.advance(DAY_MS)
    town.joined(program_id)
    own = {"what": "terms", "program_id": program_id, "version_number": 1}
    assert consents_of(town.store, joined.advocate_id) == (
        Consent.model_validate(own | {"given_ms": town.clock.at_ms}),
        Consent.model_validate(own | {"given_ms": first_ms, "withdrawn_ms": left_ms}),
    )


def test_what_staff_do_is_nobodys_consent() -> None:
    town = Town()
    program_id = town.program().program_id
    invited = town.invited(program_id)
    assert consents_of(town.store, invited.advocate_id) == ()
    joined = town.joined(program_id)
    town.enrolments.set_state(joined.advocate_id, program_id, "paused", "checking")
    town.enrolments.set_state(joined.advocate_id, program_id, "active", "checked")
    (only,) = consents_of(town.store, joined.advocate_id)
    assert only.withdrawn_ms is None


def test_being_erased_takes_back_what_was_given_and_keeps_that_it_was() -> None:
    town = Town()
    program_id = town.program().program_id
    own = town.joined(program_id).advocate_id
    erasing = Erasing(town.desk(), town.vault)
    erasing.ask(own, at_once=True)
    town.clock.advance(8 * DAY_MS)

    class Nobody:
        def close(self, subject: str) -> None:
            raise AssertionError("there was no account to close")

    assert erasing.carry_out(own, Nobody()) is True
    (only,) = consents_of(town.store, own)
    assert (only.what, only.withdrawn_ms) == ("terms", town.clock.at_ms)


def test_more_steps_than_a_page_are_all_read() -> None:
    town = Town()
    own = town.joined(town.program().program_id).advocate_id
    profiles = Profiles(town.desk(), MACS, town.vault)
    for n in range(120):
        town.clock.advance(1_000)
        profiles.change(own, name="", locale="en", zone="", letters=["payouts"] if n % 2 else [])
    found = consents_of(town.store, own)
    assert len(found) == 1 + 60  # the letters were given again sixty times
    assert found[0].what == "payouts"
