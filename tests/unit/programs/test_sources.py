"""A secret is shown once, two are live at most, and nothing of it is stored in plain."""

import base64
from typing import Any

import pytest
from goodword.conversions.model import Source
from goodword.errors import Conflict, FieldError, InvalidInput, NotFound
from goodword.programs import sources
from goodword.times import DAY_MS

from tests.fakes.privacy import PlainSealer
from tests.support.people import Town, kept_delivery

STRIPE = "whsec_" + "a1" * 16
SHOPIFY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def town() -> Town:
    return Town()


def opened(source: Source) -> list[str]:
    return [
        PlainSealer().open_bytes(sealed, source.source_id).decode()
        for sealed in source.sealed_secrets
    ]


def test_a_generic_source_gets_a_drawn_secret_of_32_bytes(town: Town) -> None:
    program_id = town.program().program_id
    source, drawn = town.sources.create(kind="generic", program_id=program_id, label="Shop")
    assert drawn is not None
    assert drawn.startswith("whsec_")
    assert len(base64.b64decode(drawn.removeprefix("whsec_"), validate=True)) == 32
    assert opened(town.sources.read(source.source_id)) == [drawn]
    assert (source.currency, source.state, source.livemode) == ("EUR", "active", True)
    assert drawn not in repr(town.store.items)


@pytest.mark.parametrize(("kind", "secret"), [("stripe", STRIPE), ("shopify", SHOPIFY)])
def test_stripe_and_shopify_bring_their_own_secret(town: Town, kind: str, secret: str) -> None:
    source, drawn = town.sources.create(
        kind=kind,  # type: ignore[arg-type]  # one of the two kinds above
        program_id=town.program().program_id,
        label="Shop",
        livemode=False,
        secret=secret,
    )
    assert drawn is None
    assert opened(source) == [secret]


@pytest.mark.parametrize(
    ("kind", "secret"),
    [
        ("generic", "whsec_" + "A" * 43 + "="),
        ("stripe", None),
        ("stripe", "sk_live_something"),
        ("stripe", "whsec_short"),
        ("shopify", None),
        ("shopify", "with space in the middle of it"),
        ("shopify", "short"),
    ],
)
def test_a_secret_that_does_not_fit_is_refused_without_being_quoted(
    town: Town, kind: str, secret: str | None
) -> None:
    with pytest.raises(InvalidInput) as refused:
        town.sources.create(
            kind=kind,  # type: ignore[arg-type]  # one of the kinds above
            program_id=town.program().program_id,
            label="",
            secret=secret,
        )
    assert refused.value.code == "bad_secret"
    assert refused.value.fields[0].field == "secret"
    assert secret is None or secret not in str(refused.value)


def test_rotating_keeps_the_newest_and_drops_the_one_before(town: Town) -> None:
    source, first = town.sources.create(
        kind="generic", program_id=town.program().program_id, label="Shop"
    )
    _, second = town.sources.rotate(source.source_id)
    rotated, third = town.sources.rotate(source.source_id)
    assert len({first, second, third}) == 3
    assert opened(rotated) == [third, second]
    assert len(town.events("source.secret_rotated")) == 2


def test_a_source_is_disabled_and_enabled_again(town: Town) -> None:
    source, _ = town.sources.create(
        kind="generic", program_id=town.program().program_id, label="Shop"
    )
    assert town.sources.set_state(source.source_id, "disabled", "leak").state == "disabled"
    assert town.sources.set_state(source.source_id, "disabled", "leak").state == "disabled"
    assert town.sources.set_state(source.source_id, "active", "safe").state == "active"
    assert [one.reason for one in town.events("source.state_changed")] == ["leak", "safe"]


def test_a_closed_programme_and_an_unknown_one_take_no_source(town: Town) -> None:
    program_id = town.program().program_id
    town.programs.set_state(program_id, "closed", "over")
    with pytest.raises(Conflict, match="program_closed"):
        town.sources.create(kind="generic", program_id=program_id, label="")
    with pytest.raises(NotFound, match="unknown_program"):
        town.sources.create(kind="generic", program_id="prg_none", label="")
    with pytest.raises(NotFound, match="unknown_source"):
        town.sources.rotate("src_none")


def test_a_source_shares_ids_with_those_it_is_told_to(town: Town) -> None:
    program_id, other = town.program().program_id, town.program().program_id

    def made(namespace: str | None, at: str = program_id) -> Source:
        return town.sources.create(
            kind="generic", program_id=at, label="Shop", namespace=namespace
        )[0]

    own, word = made(None), made("shop-1")
    assert own.space == (program_id, own.source_id)
    assert (word.space, made("shop-1").space) == ((program_id, "shop-1"),) * 2
    assert made(own.source_id).space == own.space
    assert made(word.source_id).space == word.space
    for wrong, at in (("src_none", program_id), (own.source_id, other)):
        with pytest.raises(InvalidInput, match="unknown_source") as refused:
            made(wrong, at)
        assert refused.value.fields[0].field == "namespace"


@pytest.mark.parametrize("told", [{"currency": "USD"}, {"mixed": True}])
def test_a_source_in_other_currencies_needs_terms_that_take_them(
    town: Town, told: dict[str, Any]
) -> None:
    program_id = town.program().program_id
    with pytest.raises(InvalidInput, match="currency_mismatch") as refused:
        town.sources.create(kind="generic", program_id=program_id, label="Shop", **told)
    assert list(refused.value.fields) == [
        FieldError("currency", "must be EUR", "only_currency", (("currency", "EUR"),))
    ]
    assert town.all(Source) == []
    open_id = town.program(currencies="convert").program_id
    source, _ = town.sources.create(kind="generic", program_id=open_id, label="Shop", **told)
    assert (source.currency, source.mixed) == (told.get("currency", "EUR"), "mixed" in told)


def test_sources_are_listed(town: Town) -> None:
    program_id = town.program().program_id
    made = [
        town.sources.create(kind="generic", program_id=program_id, label=label)[0].source_id
        for label in "ABC"
    ]
    first = town.sources.list(2, None)
    assert [one.source_id for one in first.rows] == made[:2]
    assert [one.source_id for one in town.sources.list(2, first.cursor).rows] == made[2:]


def test_kept_deliveries_of_one_source_are_listed_past_those_of_others(town: Town) -> None:
    program_id = town.program().program_id
    own, _ = town.sources.create(kind="generic", program_id=program_id, label="own")
    other, _ = town.sources.create(kind="generic", program_id=program_id, label="other")
    for number in range(12):
        kept_delivery(town, own if number % 4 == 0 else other, number)
    kept_delivery(town, own, 99, "booked")
    first = town.sources.kept(own.source_id, 2, None)
    rest = town.sources.kept(own.source_id, 2, first.cursor)
    seen = [one.delivery_id for one in (*first.rows, *rest.rows)]
    assert seen == ["msg_0", "msg_4", "msg_8"]


def test_a_page_ends_after_a_bounded_search(town: Town) -> None:
    program_id = town.program().program_id
    own, _ = town.sources.create(kind="generic", program_id=program_id, label="own")
    other, _ = town.sources.create(kind="generic", program_id=program_id, label="other")
    for number in range(30):
        kept_delivery(town, other, number)
    kept_delivery(town, own, 31)
    page = town.sources.kept(own.source_id, 2, None)
    assert not page.rows
    assert page.cursor is not None
    assert [one.delivery_id for one in town.sources.kept(own.source_id, 99, None).rows] == [
        "msg_31"
    ]


def test_the_log_of_a_source_is_newest_first_and_in_pages(town: Town) -> None:
    program_id = town.program().program_id
    own, _ = town.sources.create(kind="generic", program_id=program_id, label="own")
    other, _ = town.sources.create(kind="generic", program_id=program_id, label="other")
    for number in range(11):
        kept_delivery(town, own, number, "ignored" if number % 3 == 0 else "booked")
        kept_delivery(town, other, 100 + number, "booked")
    kept_delivery(town, own, 50)
    kept_delivery(town, own, 51, "waiting")
    seen, after, pages = list[str](), None, 0
    while pages == 0 or after is not None:
        page = town.sources.done(own.source_id, 3, after)
        seen += [one.delivery_id for one in page.rows]
        after, pages = page.cursor, pages + 1
    assert seen == [f"msg_{number}" for number in reversed(range(11))]
    assert pages == 4


def test_the_log_ends_where_deliveries_are_kept_no_longer(town: Town) -> None:
    own, _ = town.sources.create(kind="generic", program_id=town.program().program_id, label="own")
    kept_delivery(town, own, 1, "booked")
    town.clock.advance(30 * DAY_MS)
    kept_delivery(town, own, 2, "booked")
    assert [one.delivery_id for one in town.sources.done(own.source_id, 9).rows] == [
        "msg_2",
        "msg_1",
    ]
    town.clock.advance(2)
    assert [one.delivery_id for one in town.sources.done(own.source_id, 9).rows] == ["msg_2"]


def test_the_log_goes_on_at_no_other_place_than_its_own(town: Town) -> None:
    for place in ("", "DLV#", "1" * 14 + "#x", "1" * 15 + "#x y", "1" * 15 + "#" + "x" * 301):
        with pytest.raises(InvalidInput) as refused:
            town.sources.done("src_1", 3, place)
        assert refused.value.code == "bad_cursor"


def test_a_source_was_heard_last_whatever_became_of_it(town: Town) -> None:
    program_id, at_ms = town.program().program_id, town.clock.at_ms
    own, _ = town.sources.create(kind="generic", program_id=program_id, label="own")
    other, _ = town.sources.create(kind="generic", program_id=program_id, label="other")
    assert town.sources.last_heard(own) is None
    kept_delivery(town, own, 2)
    assert town.sources.last_heard(own) == at_ms + 2
    kept_delivery(town, own, 9, "booked")
    kept_delivery(town, own, 3)
    kept_delivery(town, other, 12)
    assert town.sources.last_heard(own) == at_ms + 9
    kept_delivery(town, own, 11, "quarantined")
    assert town.sources.last_heard(own) == at_ms + 11


def test_the_search_for_the_last_word_is_bounded(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "PAGE_ITEMS_MAX", 1)
    own, _ = town.sources.create(kind="generic", program_id=town.program().program_id, label="own")
    for number in range(12):
        kept_delivery(town, own, number)
    assert town.sources.last_heard(own) == town.clock.at_ms + 9
