"""A name moves nothing beside it in a sentence, and what nobody sees says nothing."""

import pytest
from goodword.languages import filled, is_blank, isolated, plain, written

OVERRIDE, ISOLATE, END = "\u202e", "\u2067", "\u2069"
ARABIC = "\u0645\u0631\u062d\u0628\u0627"


@pytest.mark.parametrize("mark", ["\u202a", "\u202b", "\u202c", "\u202d", OVERRIDE, ISOLATE, END])
def test_marks_that_turn_a_text_round_are_not_shown(mark: str) -> None:
    assert plain(f"An{mark}na") == isolated(f"{mark}Anna") == "Anna"


def test_a_name_that_runs_leftward_is_by_itself_in_a_sentence() -> None:
    assert isolated("Anna") == "Anna"
    assert isolated(f"{ARABIC}{END}{OVERRIDE}") == f"\u2068{ARABIC}\u2069"
    assert isolated(isolated(ARABIC)) == isolated(ARABIC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Ann\r\nBob\u2028 C\x00", "Ann Bob C"),
        (f"{OVERRIDE}An\u200bna{END}\ufeff \u200d", "Anna"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),  # a joiner of Persian
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),  # one picture of two
        ("Anna\u3164", "Anna"),
        ("\u2800", ""),
        ("An\u034fna\U000e0101", "Anna"),
    ],
)
def test_what_is_written_is_one_line_of_what_can_be_seen(text: str, shown: str) -> None:
    assert written(text) == shown
    assert written(shown) == shown


UNSEEN = [
    *("", " \t\n", "\x00\x7f\x85", "\u00ad", "\u3000\u00a0\u180e"),
    *("\u200b\u200d", "\ufeff\u2060", "\u202e\u2066", "\u034f\ufe0f", "\U000e0041"),
    *("\u3164", "\u115f\u1160\uffa0", "\u2800"),
]
SEEN = ["a", "\u200b.", ARABIC, "\u2764\ufe0f", "-", "\u0301", "\U0001f600"]


@pytest.mark.parametrize("text", UNSEEN)
def test_a_text_in_which_nobody_sees_anything_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize(
    "text", ["a", "\u200b.", ARABIC, "\u2764\ufe0f", "-", "\u0301", "\U0001f600"]
)
def test_a_text_with_anything_to_see_is_not(text: str) -> None:
    assert not is_blank(text)


@pytest.mark.parametrize(
    ("count", "said"), [(0, "within 0 days"), (1, "within 1 day"), ("two", "within two days")]
)
def test_a_sentence_counts(count: object, said: str) -> None:
    assert filled("within {days:# day|# days}", {"days": count}) == said
