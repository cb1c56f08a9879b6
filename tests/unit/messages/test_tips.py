"""A tip fits where somebody stands, and goes once it was followed."""

import pytest
from goodword.limits import TIP_CLICKS_LEAST
from goodword.messages.tips import Stand, tips_of

NEW = Stand(clicks=0, leads=0, sales=0, unpaid_minor=0, has_method=False)


@pytest.mark.parametrize(
    ("stand", "tips"),
    [
        (NEW, ("share_first",)),
        (NEW._replace(clicks=TIP_CLICKS_LEAST - 1), ("share_first",)),
        (NEW._replace(clicks=TIP_CLICKS_LEAST), ("say_why",)),
        (NEW._replace(clicks=9, leads=1), ("ease_order",)),
        (NEW._replace(clicks=9, sales=1), ("share_again",)),
        (NEW._replace(sales=1, unpaid_minor=5), ("pay_where", "share_again")),
        (NEW._replace(sales=1, unpaid_minor=5, has_method=True), ("share_again",)),
        (NEW._replace(sales=1, unpaid_minor=-5), ("share_again",)),
    ],
)
def test_the_most_pressing_come_first_and_are_few(stand: Stand, tips: tuple[str, ...]) -> None:
    assert tips_of(stand) == tips
