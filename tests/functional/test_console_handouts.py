"""Finance sees what is no money and waits, hands it over once, and its receiver reads the code."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from goodword.payouts.stops import Holding
from goodword.programs.model import FlatReward
from goodword.rewards.handed import HandOut

from tests.functional.test_console_reviews import opened
from tests.support.api import ADMIN, ANALYST, MARKETER, Caller
from tests.support.api import FINANCE as FAY
from tests.support.functions import over
from tests.support.handing import FAY as HOLDER
from tests.support.handing import Counter
from tests.support.pages import Browser, Pages, Shown, signing_in
from tests.support.scene import MAYA, PROGRAM

PLACE = "/console/hand-outs"
RULE = {
    "rule_id": "code",
    "action": "sale",
    "reward": FlatReward(amount_minor=1),
    "unit": "code",
    "item": "SPRING-10",
    "friend": {"reward": {"kind": "flat", "amount_minor": 1}, "unit": "gift", "item": "mug"},
}
PAYEE = Caller("sub-payee", "maya7@x.example", ("finance",))
HOSTILE = "<script>alert(1)</script>{{7*7}}"


class Desk(NamedTuple):
    """A counter with a code and a gift that wait, and its pages."""

    counter: Counter
    pages: Pages

    def hand(self, browser: Browser, page: Shown, of: str, /, **fields: str) -> Shown:
        """Send the form of the unit as the page has it."""
        (owed,) = self.counter.owed(of)
        form = {
            **page.fields(PLACE),
            "advocate_id": owed.advocate_id,
            "program": PROGRAM,
            "unit": of,
            "amount_minor": str(owed.amount_minor),
        }
        return browser.ask("POST", PLACE, form={**form, **fields})


@pytest.fixture
def desk() -> Iterator[Desk]:
    counter = Counter(RULE)
    counter.order(HOSTILE)
    counter.mature()
    with over(counter) as patch, signing_in() as pool:
        opened(counter, patch)
        yield Desk(counter, Pages(counter, pool=pool))  # type: ignore[arg-type]  # any world


def test_what_waits_is_shown_with_what_it_is_and_since_when(desk: Desk) -> None:
    page = desk.pages.browser(FAY).get(PLACE)
    assert page.status == 200
    for said in ("SPRING-10", "mug", "waits since", "The friend of an order", "1 code", "1 gift"):
        assert said in page.words, said
    assert "<script>alert" not in page.html
    assert "49" not in page.words.partition("alert(1)")[2][:20]
    assert 'href="/console/hand-outs"' in desk.pages.browser(FAY).get("/console/runs").html


def test_it_goes_out_once_and_the_receiver_reads_the_code(desk: Desk) -> None:
    fay = desk.pages.browser(FAY)
    page = fay.get(PLACE, program=PROGRAM)
    done = desk.hand(fay, page, "CODES", reference="SPRING-10-A7")
    assert done.status == 303
    assert done.location.endswith(f"{PLACE}?program={PROGRAM}")
    shown = fay.get(PLACE, program=PROGRAM)
    assert "Recorded. Hand it over now" in shown.words
    assert "SPRING-10" not in shown.words
    (made,) = desk.counter.all(HandOut)
    assert (made.reference, made.by, made.advocate_id) == ("SPRING-10-A7", FAY.subject, MAYA)
    gift = desk.hand(fay, fay.get(PLACE), "GIFTS", reference="parcel 12")
    assert gift.status == 303
    assert "Nothing waits" in fay.get(PLACE).words
    maya = desk.pages.browser(Caller("sub-maya", "maya7@x.example"))
    (code,) = made.rewards
    own = maya.get(f"/my/earnings/{code.reward_id}")
    assert own.status == 200
    assert "SPRING-10-A7" in own.words
    assert "Handed over on" in own.words


def test_the_same_form_twice_is_one_hand_out(desk: Desk) -> None:
    fay = desk.pages.browser(FAY)
    form = {
        **fay.get(PLACE).fields(PLACE),
        "advocate_id": MAYA,
        "program": PROGRAM,
        "unit": "CODES",
        "amount_minor": "1",
        "reference": "A7",
    }
    first, again = (fay.ask("POST", PLACE, form=form) for _ in range(2))
    assert (first.status, again.status) == (303, 303)
    assert len(desk.counter.all(HandOut)) == 1


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"reference": ""}, 422, "Please fill this in"),
        ({"reference": "<b>x"}, 422, "not written the way"),
        ({"reference": "A7", "amount_minor": "2"}, 409, "The amount is another one by now"),
        ({"reference": "A7", "amount_minor": "0"}, 409, "The amount is another one by now"),
        ({"reference": "A7", "unit": "EUR"}, 422, "not written the way"),
        ({"reference": "A7", "advocate_id": "adv_nobody"}, 409, "Nothing of this is owed"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_goes_out(
    desk: Desk, fields: dict[str, str], status: int, words: str
) -> None:
    fay = desk.pages.browser(FAY)
    refused = desk.hand(fay, fay.get(PLACE), "CODES", **fields)
    assert (refused.status, words in refused.words) == (status, True), refused.words
    assert "SPRING-10" in refused.words  # the list is still there
    assert desk.counter.all(HandOut) == []


def test_who_is_held_and_who_is_paid_themselves_get_no_form(desk: Desk) -> None:
    payee = desk.pages.browser(PAYEE)
    page = payee.get(PLACE)
    assert 'value="CODES"' not in page.html
    assert 'value="GIFTS"' in page.html
    assert desk.hand(payee, page, "CODES", reference="A7").status == 403
    Holding(desk.counter.desk(HOLDER)).hold(MAYA, "legal_request", None)
    fay = desk.pages.browser(FAY)
    held = fay.get(PLACE)
    assert "Payouts of this person are held" in held.words
    assert desk.hand(fay, held, "CODES", reference="A7").status == 409
    assert desk.counter.all(HandOut) == []


def test_others_read_or_do_not_and_never_hand_over(desk: Desk) -> None:
    page = desk.pages.browser(FAY).get(PLACE)
    reader = desk.pages.browser(ADMIN)
    assert f'action="{PLACE}"' not in reader.get(PLACE).html
    assert desk.hand(reader, page, "CODES", reference="A7").status in (401, 403)
    for who in (MARKETER, ANALYST):
        assert desk.pages.browser(who).get(PLACE).status == 403
    assert desk.counter.all(HandOut) == []


def test_a_long_list_goes_on_by_its_unit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword_aws.pages.console.handouts.SHOWN", 1)
    fay = desk.pages.browser(FAY)
    page = fay.get(PLACE)
    assert "unit=CODES&amp;starting_after=" in page.html
    after = page.html.partition("unit=CODES&amp;starting_after=")[2].partition('"')[0]
    rest = fay.get(PLACE, unit="CODES", starting_after=after.replace("%3A", ":"))
    assert (rest.status, "mug" in rest.words) == (200, False)
    assert fay.get(PLACE, unit="CODES", starting_after="x").status == 422
