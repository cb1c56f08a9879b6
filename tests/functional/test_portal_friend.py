"""The friend's page shows what is kept under the address that was proved, and nothing else."""

from collections.abc import Iterator

import pytest
from goodword.conversions.model import Conversion, Identity, Settled
from goodword.ports import Change
from goodword.programs.model import Program, ProgramState, program_key
from goodword.tracking.model import Touch

from tests.support.api import Caller
from tests.support.pages import Pages, pages
from tests.support.people import MACS

ROBIN = Caller("sub-robin", "Robin@Shoppers.example")
OTHER = Caller("sub-eve", "eve@shoppers.example")


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


def bought(here: Pages, program_id: str) -> None:
    """Robin followed a link and bought; half of it went back."""
    now_ms = here.town.clock.now_ms()
    touch = Touch(
        touch_id="tch_1",
        kind="click",
        at_ms=now_ms,
        advocate_id="adv_maya",
        program_id=program_id,
        link_id="lnk_1",
        code="MAYA7",
    )
    conversion = Conversion(
        conversion_id="cnv_1",
        program_id=program_id,
        action="sale",
        order_id="order-<b>1",
        occurred_ms=now_ms,
        received_ms=now_ms,
        currency="EUR",
        net_minor=4_900,
        gross_minor=5_243,
        state="qualified",
        reason="rewarded",
        advocate_id="adv_maya",
        refunded_gross_minor=2_000,
    )
    settled = Settled(conversion_id="cnv_1", occurred_ms=now_ms, advocate_id="adv_maya")
    gone = Settled(conversion_id="cnv_gone", occurred_ms=now_ms, advocate_id=None)
    identity = Identity(
        program_id=program_id,
        mac=MACS.mac("email", "robin@shoppers.example"),
        touches=(touch,),
        conversions=(settled, gone),
    )
    change = Change()
    change.create(conversion, identity)
    here.town.store.commit(change)


def test_nothing_is_shown_before_the_address_is_proved(here: Pages) -> None:
    program_id = here.town.program().program_id
    bought(here, program_id)
    shown = here.browser().get(f"/friend/{program_id}")
    assert shown.status == 200
    assert "First show that it is you" in shown.words
    assert "order-" not in shown.html
    unproved = here.browser(Caller("sub-x", ROBIN.email, verified=False))
    refused = unproved.get(f"/friend/{program_id}")
    assert refused.status == 403
    assert "order-" not in refused.html


def test_the_friend_sees_everything_and_nobody_of_the_advocate(here: Pages) -> None:
    program_id = here.town.program().program_id
    bought(here, program_id)
    shown = here.browser(ROBIN).get(f"/friend/{program_id}")
    for words in ("order-<b>1", "€52.43", "€20.00 of it went back", "MAYA7", "A recommendation"):
        assert words in shown.words
    assert "adv_maya" not in shown.html
    assert "order-&lt;b&gt;1" in shown.html


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_a_friend_keeps_these_rights_when_the_programme_has_stopped(
    here: Pages, state: ProgramState
) -> None:
    program_id = here.town.program().program_id
    bought(here, program_id)
    head = here.town.store.get(Program, program_key(program_id))
    assert head is not None
    change = Change()
    change.replace(head.but(state=state))
    here.town.store.commit(change)
    base, robin = f"/friend/{program_id}", here.browser(ROBIN)
    assert here.browser().get(base).status == 200
    page = robin.get(base)
    assert "order-<b>1" in page.words
    assert robin.send(page, f"{base}/object").location == base
    assert robin.send(robin.get(base), f"{base}/allow").location == base
    assert robin.send(robin.get(base), f"{base}/forget", sure="yes").location == base
    assert "Nothing is recorded under this address" in robin.get(base).words


def test_somebody_else_sees_none_of_it(here: Pages) -> None:
    program_id = here.town.program().program_id
    bought(here, program_id)
    shown = here.browser(OTHER).get(f"/friend/{program_id}")
    assert "Nothing is recorded under this address" in shown.words
    assert "order-" not in shown.html
    other_program = here.town.program().program_id
    assert "order-" not in here.browser(ROBIN).get(f"/friend/{other_program}").html
    assert here.browser(ROBIN).get("/friend/prg_none").status == 404
