"""Who is the advocate under nearly the own name, and who a relative on the device of the home."""

import pytest
from goodword.trust.checks import self_referral

from tests.unit.trust.test_checks import TRACE, case, named, own


def test_a_surname_a_letter_off_is_weighed_as_the_name_and_not_beside_it() -> None:
    trace = TRACE.but(near=("mac-far", "mac-near"))
    found = self_referral.look(case(own=own(near="mac-near"), trace=trace))
    assert [(one.name, one.points, one.mark) for one in found] == [("near_name", 60, "mac-near")]
    both = own(near="mac-near", name="mac-name")
    assert named(self_referral.look(case(own=both, trace=trace))) == {"same_name": 60}
    assert self_referral.look(case(own=own(near="mac-other"), trace=trace)) == ()


def test_the_device_of_a_home_is_its_relatives_too() -> None:
    home = {"address": "mac-address", "device": "mac-device", "card": "own-card", "name": "own"}
    relative = TRACE.but(family="mac-family")
    kin = own(family="mac-family", **home)
    assert named(self_referral.look(case(own=kin, trace=relative))) == {
        "same_address": 30,
        "household_device": 20,
    }
    browser = own(family="mac-family", browser="mac-browser", **home)
    assert named(self_referral.look(case(own=browser, trace=relative))) == {
        "same_address": 30,
        "same_browser": 20,
    }
    network = own(family="mac-family", network="mac-network", **home)
    assert "same_network" not in named(self_referral.look(case(own=network, trace=relative)))


@pytest.mark.parametrize(
    "change",
    [
        {"family": "another"},
        {"name": "mac-name"},
        {"spelt": "mac-name"},
        {"address": "another"},
        {"card": "mac-card"},
    ],
)
def test_a_device_weighs_in_full_but_for_a_relative_at_home_with_an_own_card(
    change: dict[str, str],
) -> None:
    home = {"address": "mac-address", "device": "mac-device", "card": "own-card", "name": "own"}
    mine = own(**({"family": "mac-family"} | home | change))
    found = named(self_referral.look(case(own=mine, trace=TRACE.but(family="mac-family"))))
    assert found["same_device"] == 70


def test_a_relative_without_a_card_or_of_an_advocate_without_one_is_not_known_as_such() -> None:
    home = {"address": "mac-address", "device": "mac-device", "family": "mac-family"}
    relative = TRACE.but(family="mac-family")
    assert "same_device" in named(self_referral.look(case(own=own(**home), trace=relative)))
    bare = relative.but(marks=tuple(one for one in TRACE.marks if one.kind != "card"))
    mine = own(card="own-card", **home)
    assert "same_device" in named(self_referral.look(case(own=mine, trace=bare)))
    nameless = TRACE.but(family="")
    assert "same_device" in named(self_referral.look(case(own=mine, trace=nameless)))
