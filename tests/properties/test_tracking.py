"""I9: who earns is a function of the set of touches; and nothing of a click or URL can be bent."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from goodword.advocates.code import ALPHABET, fold, random_code
from goodword.errors import InvalidInput, NotAuthentic
from goodword.limits import CODE_LENGTH, TOUCHES_MAX, VANITY_LENGTH_MAX
from goodword.programs.model import url_host
from goodword.times import DAY_MS
from goodword.tracking.click import read_click, sign_click
from goodword.tracking.destination import is_allowed, with_parameters
from goodword.tracking.model import Attribution, AttributionRules, Touch, attribute
from hypothesis import example, given, settings
from hypothesis import strategies as st

SOLD_MS = 1_795_341_600_000
ADVOCATES = ["adv_a", "adv_b", "adv_c"]
often = settings(max_examples=1_000, deadline=None)

touches = st.builds(
    Touch,
    touch_id=st.integers(0, 80).map("tch_{:02d}".format),
    kind=st.sampled_from(["click", "code", "form"]),
    at_ms=st.integers(-4, 4).map(lambda step: SOLD_MS + step * DAY_MS // 2),
    advocate_id=st.sampled_from(ADVOCATES),
    program_id=st.just("prg_1"),
    link_id=st.just("lnk_1"),
    code=st.just("CODE"),
    source=st.sampled_from(["", "shop"]),
)
situations = st.fixed_dictionaries(
    {
        "rules": st.builds(
            AttributionRules,
            model=st.sampled_from(["last", "first"]),
            window_days=st.integers(1, 3),
            precedence=st.sampled_from(["latest", "code", "link"]),
            sticky=st.booleans(),
        ),
        "conversion_ms": st.integers(-1, 1).map(lambda step: SOLD_MS + step * DAY_MS // 4),
        "received_ms": st.integers(-1, 3).map(lambda step: SOLD_MS + step * DAY_MS // 2),
        "sticky_advocate": st.sampled_from([None, *ADVOCATES]),
        "refused": st.dictionaries(
            st.sampled_from(ADVOCATES), st.sampled_from(["self_referral", "enrolment_paused"])
        ),
    }
)
sets = st.lists(touches, max_size=12)
floods = st.lists(touches, min_size=TOUCHES_MAX, max_size=90)


def by_id(found: list[Touch]) -> dict[str, Touch]:
    return {touch.touch_id: touch for touch in found}


@often
@given(sets, situations, st.randoms(use_true_random=False), st.data())
def test_order_and_repetition_do_not_matter(
    found: list[Touch], situation: dict[str, Any], chance: Any, data: st.DataObject
) -> None:
    repeated = data.draw(st.lists(st.sampled_from(found), max_size=6)) if found else []
    shuffled = [*found, *repeated]
    chance.shuffle(shuffled)
    assert attribute(shuffled, **situation) == attribute(found, **situation)


@settings(max_examples=200, deadline=None)
@given(floods, situations, st.randoms(use_true_random=False))
def test_order_does_not_matter_in_a_flood_either(
    found: list[Touch], situation: dict[str, Any], chance: Any
) -> None:
    shuffled = [*found]
    chance.shuffle(shuffled)
    outcome = attribute(found, **situation)
    assert attribute(shuffled, **situation) == outcome
    assert len(outcome.considered) + outcome.dropped == len(by_id(found))


@often
@given(sets, situations)
def test_every_touch_is_considered_once_and_at_most_one_wins(
    found: list[Touch], situation: dict[str, Any]
) -> None:
    outcome = attribute(found, **situation)
    considered = [one.touch.touch_id for one in outcome.considered]
    assert sorted(considered) == sorted({touch.touch_id for touch in found})
    won = [one for one in outcome.considered if one.verdict == "won"]
    assert [one.touch for one in won] == ([outcome.winner] if outcome.winner else [])
    assert [one.reason for one in won] == ([outcome.reason] if outcome.winner else [])
    assert outcome.dropped == 0
    assert all(one.reason for one in outcome.considered)


@often
@given(sets, situations)
def test_a_winner_is_in_time_may_earn_and_is_beaten_by_none(
    found: list[Touch], situation: dict[str, Any]
) -> None:
    outcome = attribute(found, **situation)
    rules: AttributionRules = situation["rules"]
    able = [one for one in kept(outcome) if may_win(one, situation)]
    assert (outcome.winner is None) == (not able)
    if outcome.winner is None:
        return
    assert outcome.winner in able
    preferred = {"code": "code", "link": "click", "latest": ""}[rules.precedence]
    rivals = [one for one in able if one.kind == preferred] or able

    def place(one: Touch) -> tuple[int, str]:
        return min(one.at_ms, situation["received_ms"]), one.touch_id

    best = min(rivals, key=place) if rules.model == "first" else max(rivals, key=place)
    assert outcome.winner == best


def kept(outcome: Attribution) -> list[Touch]:
    return [one.touch for one in outcome.considered]


def may_win(one: Touch, situation: dict[str, Any]) -> bool:
    """The rules once more, as one condition on one touch."""
    rules: AttributionRules = situation["rules"]
    sticky = situation["sticky_advocate"] if rules.sticky else None
    converted_ms = min(situation["conversion_ms"], situation["received_ms"])
    age_ms = converted_ms - min(one.at_ms, situation["received_ms"])
    return (
        0 <= age_ms <= rules.window_days * DAY_MS
        and one.advocate_id not in situation["refused"]
        and sticky in (None, one.advocate_id)
    )


@often
@given(sets, sets, situations)
def test_touches_that_cannot_win_never_change_the_winner(
    found: list[Touch], more: list[Touch], situation: dict[str, Any]
) -> None:
    taken = by_id(found)
    losing = [one for one in more if one.touch_id not in taken and not may_win(one, situation)]
    before = attribute(found, **situation)
    after = attribute([*found, *losing], **situation)
    assert after.winner == before.winner
    if before.winner is not None:
        assert after.reason == before.reason


@settings(max_examples=100, deadline=None)
@given(sets, st.data(), situations)
def test_no_flood_of_touches_that_cannot_win_changes_the_winner(
    found: list[Touch], data: st.DataObject, situation: dict[str, Any]
) -> None:
    seed = data.draw(touches)
    flood = [seed.but(touch_id=f"tch_flood_{number:02d}") for number in range(2 * TOUCHES_MAX)]
    losing = [one for one in flood if not may_win(one, situation)]
    after = attribute([*losing, *found], **situation)
    assert after.winner == attribute(found, **situation).winner
    assert len(after.considered) <= TOUCHES_MAX


codes = st.text(ALPHABET, min_size=3, max_size=VANITY_LENGTH_MAX)
instants = st.integers(0, 2**48 - 1)
nonces = st.binary(min_size=8, max_size=8)
keys = st.binary(min_size=1, max_size=40)


@often
@given(instants, codes, nonces, keys)
def test_a_click_id_reads_as_it_was_signed(
    at_ms: int, code: str, nonce: bytes, secret: bytes
) -> None:
    text = sign_click(at_ms, code, nonce, secret)
    assert read_click(text, [b"another", secret]) == (at_ms, code, nonce.hex())
    assert text == text.strip("=")
    assert len(text) <= 68


@often
@given(codes, nonces, st.data())
def test_no_changed_click_id_is_accepted(code: str, nonce: bytes, data: st.DataObject) -> None:
    text = sign_click(SOLD_MS, code, nonce, b"secret")
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(exclude_characters=text[place]))
    with pytest.raises(NotAuthentic):
        read_click(text[:place] + other + text[place + 1 :], [b"secret"])


@often
@given(st.text())
def test_no_text_of_a_stranger_is_a_click_id(text: str) -> None:
    with pytest.raises(NotAuthentic):
        read_click(text, [b"secret"])


@often
@given(st.one_of(st.text(max_size=30), st.text("aAbBoO0iIlL1 -uU9", max_size=24)))
@example("\u0131\u0131\u0131")
def test_folding_is_stable_and_deaf_to_case_and_gaps(text: str) -> None:
    try:
        code = fold(text)
    except InvalidInput:
        return
    assert code == fold(code) == fold(text.lower()) == fold(f" {text.swapcase()}-")
    assert code.isascii()
    assert not set(code) & set("OIL -")


@often
@given(st.binary(min_size=16, max_size=32))
def test_a_random_code_is_its_own_fold(entropy: bytes) -> None:
    code = random_code(entropy)
    assert len(code) == CODE_LENGTH
    assert fold(code) == code


HOSTS = ("shop.example", "localhost:3000")
pieces = st.sampled_from(
    [
        *("https://", "http://", "//", "shop.example", "localhost", ":3000", "@", "\\", "/", "?"),
        *(
            "evil.example",
            ".",
            ":",
            "%2e",
            "a=b",
            "&",
            " ",
            "\t",
            "ä",
            "javascript:",
            "[",
            "]",
            "#",
        ),
    ]
)


@often
@given(st.lists(pieces, max_size=8).map("".join))
def test_what_may_be_followed_is_what_may_be_stored(url: str) -> None:
    assert is_allowed(url, HOSTS) == (url_host(url) in HOSTS)


names = st.sampled_from(["a", "b", "gw_click", "via", "utm_source"])


@often
@given(
    st.lists(st.tuples(names, st.sampled_from(["1", "2", "%20", ""])), max_size=6),
    st.dictionaries(names, st.one_of(st.none(), st.text(max_size=8))),
    st.dictionaries(names, st.text(max_size=8)),
    st.sampled_from(["", "#part", "#?a=1"]),
)
def test_parameters_never_double_and_nothing_else_moves(
    own: list[tuple[str, str]],
    ours: dict[str, str | None],
    defaults: dict[str, str],
    fragment: str,
) -> None:
    base = "https://shop.example/sale"
    query = "&".join(f"{name}={value}" for name, value in own)
    url = with_parameters(f"{base}?{query}{fragment}", ours, defaults)
    after = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    stays = [(n, v) for n, v in parse_qsl(query, keep_blank_values=True) if n not in ours]
    assert after[: len(stays)] == stays
    added = dict(after[len(stays) :])
    taken = {name for name, _ in stays} | set(ours)
    wanted = {name: value for name, value in ours.items() if value is not None}
    assert added == {n: v for n, v in defaults.items() if n not in taken} | wanted
    assert len(added) == len(after) - len(stays)
    assert urlsplit(url).fragment == fragment.removeprefix("#")
    assert url.isascii()
    assert is_allowed(url, HOSTS)
