"""Whatever the order in which signals come, and however often, everybody's standing is the same."""

from typing import Any

from goodword.conversions.model import Delivery
from goodword.journeys.listening import Listening, Subjects, head
from goodword.journeys.scoring import Standing
from goodword.journeys.signal import PAIRED, STAGES, VALUES, SignalFact, SubjectMark
from goodword.times import DAY_MS
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.desk import World
from tests.support.people import MACS

AT = 1_763_800_000_000
KINDS = sorted(SignalFact.model_fields["kind"].annotation.__args__)  # type: ignore[union-attr]


@st.composite
def facts(draw: st.DrawFn) -> list[SignalFact]:
    """Signals of three people with two companies, some of whom share an address."""
    found = []
    for number in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(KINDS))
        low, high = VALUES.get(kind, (None, None))
        said: dict[str, Any] = {
            "signal_id": f"s-{number}",
            "kind": kind,
            # No two at one time: which of two companies told at once is the later, nobody knows.
            "occurred_ms": AT - draw(st.integers(0, 400)) * DAY_MS - number,
            "customer_id": draw(st.sampled_from(["u-1", "u-2", "u-3"])),
            "email": draw(st.sampled_from([None, None, "a@mail.example", "b@mail.example"])),
            "account_id": draw(st.sampled_from([None, None, "acme", "beta"])),
            "value": None if low is None else draw(st.integers(low, high)),
            "about": draw(st.sampled_from(["x", "y"])) if kind in PAIRED else None,
            "word": STAGES[0] if kind == "stage" else None,
        }
        found.append(SignalFact.model_validate(said))
    return found


def heard(told: list[SignalFact]) -> dict[str, Standing]:
    """The standing behind each identifier, having heard it all."""
    world = World()
    world.clock.at_ms = AT
    listening, subjects = Listening(world.desk(), MACS), Subjects(world.desk(), MACS)
    for number, fact in enumerate(told):
        listening.note(delivery(number), fact)
    return {
        mark.mac: subjects.standing(head(world.desk(), mark.subject_id))
        for mark in world.all(SubjectMark)
    }


def delivery(number: int) -> Delivery:
    return Delivery(
        source_id="src_1",
        source_kind="generic",
        program_id="prg_1",
        namespace="shop",
        delivery_id=f"d-{number}",
        topic="signal",
        received_ms=AT,
        body_hash="h",
        sealed_body="",
        writer="w",
        keep_s=1,
    )


@settings(deadline=None)
@given(told=facts(), data=st.data())
def test_standing_does_not_depend_on_the_order_of_arrival(
    told: list[SignalFact], data: st.DataObject
) -> None:
    other = data.draw(st.permutations([*told, *told[:3]]))
    assert heard(told) == heard(list(other))


@settings(deadline=None)
@given(told=facts())
def test_a_score_is_what_its_rows_add_up_to(told: list[SignalFact]) -> None:
    for one in heard(told).values():
        assert one.score == sum(row.points for row in one.contributions)
        assert one.score == one.delight + one.results - one.risk
        forbidden = [found.code for found in one.suppressors]
        assert not any(
            verdict.qualifies and set(forbidden) - {"recent_complaint", "churn_risk"}
            for verdict in one.motions
        )
