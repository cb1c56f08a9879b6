"""A code is read as people mean it, and what looks the same is the same."""

import pytest
from goodword.advocates.code import ALPHABET, fold, random_code
from goodword.errors import InvalidInput
from goodword.limits import CODE_LENGTH


@pytest.mark.parametrize(
    "typed", ["MAYA-10", "maya10", " maya 1 0 ", "MAYAIO", "maya-lo", "MaYaL0"]
)
def test_look_alikes_are_one_code(typed: str) -> None:
    assert fold(typed) == "MAYA10"


@pytest.mark.parametrize(
    "typed",
    [
        *("", "ab", "- a - b -", "a" * 21, "maya_7", "maya.7", "maya/7", "mäya7", "maya\n7"),
        *("\u0131maya", "maya\u00df", "\u017fhop", "abc" + " " * 200 + "d"),
    ],
)
def test_what_is_no_code_is_refused_without_being_repeated(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        fold(typed)
    assert refused.value.code == "bad_code"
    assert not typed.strip() or typed not in str(refused.value)


def test_folding_twice_changes_nothing() -> None:
    assert fold(fold("o-l-i-v-e-r")) == fold("o-l-i-v-e-r") == "011VER"


def test_random_codes_use_the_whole_alphabet_and_no_look_alikes() -> None:
    codes = {random_code(number.to_bytes(16)) for number in range(0, 30**4, 97)}
    assert {len(code) for code in codes} == {CODE_LENGTH}
    assert set("".join(codes)) == set(ALPHABET)
    assert not set(ALPHABET) & set("01OILU")
    assert all(fold(code) == code for code in codes)


def test_every_letter_stands_in_every_place_equally_often() -> None:
    size = len(ALPHABET)
    for place in range(CODE_LENGTH):
        letters = [random_code((size**place * step).to_bytes(16))[place] for step in range(size)]
        assert sorted(letters) == sorted(ALPHABET)


def test_too_little_chance_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        random_code(bytes(15))
