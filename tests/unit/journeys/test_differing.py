"""What a draft changes is said completely, by the names of the steps."""

from goodword.journeys.differing import changes, places

from tests.support.journeys import REFERENCE, REVIEW, terms

WAIT = {"step": "wait", "name": "settle", "hours": 24}
BYE = {"step": "exit", "name": "bye"}


def test_nothing_differs_from_itself() -> None:
    one = terms(WAIT, REFERENCE)
    assert (changes(one, one), places(one, one)) == ((), ())


def test_steps_are_new_gone_and_changed_by_their_names() -> None:
    found = changes(
        terms(WAIT, REFERENCE, BYE), terms(WAIT | {"hours": 48}, REVIEW | {"name": "ask"}, BYE)
    )
    assert [(one.what, one.name) for one in found] == [
        ("step_changed", "settle"),
        ("step_new", "ask"),
        ("step_gone", "call"),
    ]
    assert found[1].before is None
    assert found[2].after is None
    (hours, *_) = places(terms(WAIT, BYE), terms(WAIT | {"hours": 48}, BYE))
    assert (hours.path, hours.before, hours.after) == ("steps.settle.hours", 24, 48)


def test_another_order_is_said_and_a_new_step_between_is_none() -> None:
    one, other = terms(WAIT, REFERENCE, BYE), terms(REFERENCE, WAIT, BYE)
    assert [each.what for each in changes(one, other) if each.what == "order"] == ["order"]
    between = changes(terms(WAIT, BYE), terms(WAIT, REFERENCE, BYE))
    assert [each.what for each in between] == ["step_new"]


def test_settings_have_what_was_and_what_will_be() -> None:
    one = terms(REFERENCE)
    found = changes(one, one.but(cool_down_days=30, channels=("in_app",)))
    assert [(each.name, each.was, each.will_be) for each in found] == [
        ("cool_down_days", 14, 30),
        ("channels", ["email"], ["in_app"]),
    ]
    entry = one.model_validate(
        one.model_dump() | {"entry": ({"of": "score", "at_least": 20},)}, strict=False
    )
    assert [each.path for each in places(one, entry)] == ["entry"]
