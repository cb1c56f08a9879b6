"""What shows who brought an order: click ids that we have made, codes of links of this programme.

Whatever else is sent in their place shows nothing, is counted, and takes nothing from what is
right. Each order is of a friend of its own.
"""

from collections.abc import Callable

from goodword.advocates.model import Link
from goodword.ports import Change
from goodword.tracking.click import sign_click

from tests.simulation.story import CODES, DAY_MS
from tests.simulation.tales.teller import Tale, Teller
from tests.support.scene import SECRET

OTHER = b"a secret of somebody else, 32 b."
Made = Callable[[Teller, str], str]


def _spelled(text: str) -> str:
    """Another spelling of the same bytes, where there is one."""
    return text + "="


def _flipped(teller: Teller, text: str) -> str:
    place = teller.draw.randrange(len(text) - 1)
    return text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]


def _signed(teller: Teller, code: str, secret: bytes) -> str:
    nonce = bytes([8, *teller.draw.randbytes(7)])
    return str(sign_click(teller.now_ms - DAY_MS, code, nonce, secret))


def _ended_otherwise(teller: Teller, text: str) -> str:
    place = len(text) - teller.draw.randrange(2, 12)
    return text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]


NOT_OURS: tuple[Made, ...] = (
    _flipped,
    _ended_otherwise,
    lambda _, text: _spelled(text),
    lambda _, text: text[:-1],
    lambda _, text: text + "A",
    lambda _, text: text.swapcase(),
    lambda _, __: "x",
    lambda _, __: "A" * 60,
    lambda teller, _: _signed(teller, CODES["adv_maya"], OTHER),
    lambda teller, _: _signed(teller, "", SECRET),
)
CODES_OF_NOBODY = ("SUMMER", "MAYA8", "MAYA", "7", "MAYA7X", "MAYÁ7", "MAYA7" * 20)


def _clicks(teller: Teller) -> None:
    """A good click, one that is none, both; and a click over a link that there is not."""
    net, made = teller.draw.randrange(100, 50_000, 10), teller.draw.choice(NOT_OURS)
    good = teller.click("adv_maya")
    bad = made(teller, teller.click("adv_ben"))
    lost = _signed(teller, "NOBODY9", SECRET)
    orders = {
        "o1": ((bad,), 0, 1, "unattributed"),
        "o2": ((bad, good), net // 10, 1, "qualified"),
        "o3": ((teller.click("adv_maya"), bad, bad), net // 10, 1, "qualified"),
        "o4": ((lost,), 0, 0, "unattributed"),
    }
    owned = 0
    for name, (clicks, earned, count, state) in orders.items():
        teller.tells(teller.sold(name, net, friend=name, click_ids=clicks))
        owned += earned
        teller.owns(maya=owned)
        teller.orders(**{name: [state]})
        said = teller.decided(name).bad_click_ids
        teller.wants(f"click ids of {name} that are none", said > 0, count > 0)


def _codes(teller: Teller) -> None:
    """Codes are folded; those of nobody, or of another programme, are none."""
    draw, net = teller.draw, teller.draw.randrange(100, 50_000, 10)
    change = Change()
    change.create(
        Link(
            link_id="lnk_else",
            code="ELSE9",
            advocate_id="adv_ben",
            program_id="prg_else",
            destination="https://shop.example/",
            hosts=("shop.example",),
            fallback="https://shop.example/",
            created_ms=0,
        )
    )
    teller.town.memory.commit(change)
    wrong = draw.sample((*CODES_OF_NOBODY, "ELSE9", "else9"), draw.choice((0, 1, 2)))
    right = draw.choice(("MAYA7", "maya7", "Maya7", "may-a7", " MAYA7"))
    codes = draw.sample([*wrong, right], len(wrong) + 1)
    teller.tells(teller.sold("o1", net, friend="c5", codes=tuple(codes)))
    teller.owns(maya=net // 10)
    said = teller.decided("o1")
    teller.wants("codes of nobody", said.unknown_codes, len(wrong))
    if wrong:
        teller.tells(teller.sold("o2", net, friend="c6", codes=tuple(wrong)))
        teller.orders(o2=["unattributed"])
        teller.wants("all of nobody", teller.decided("o2").unknown_codes, len(wrong))


PROOFS = (Tale("clicks that are none", _clicks), Tale("codes of nobody", _codes))
