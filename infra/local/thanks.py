"""The act in which people are shown, counted and looked after, so that no page of it is empty.

Maya's approved story is put into the spotlight, three people put themselves on the leaderboard,
and Maya says how being asked was for her, which makes staff look after her. The company's own
system does not exist on a laptop: the webhook is switched off after days, and its log says why.
"""

from functools import partial
from typing import TYPE_CHECKING

from infra.local.advocacy import soon
from infra.local.cast import Endpoint, Json, Signed
from infra.local.rule_change import instant
from infra.local.voices import REST_DAYS
from infra.local.waiting import eventually

if TYPE_CHECKING:
    from infra.local.demo import Story

SHOWN_DAYS = 30
RATING = 2  # of 5
ON_THE_BOARD = {"maya": "Maya", "ben": "Ben, roastery row", "cleo": "Cleo"}
BOUGHT = {"ben": ("49.00", "29.00", "98.00"), "maya": ("49.00", "240.00"), "cleo": ("29.00",)}


def give_thanks(story: "Story", shop: Endpoint, maya: Signed, ask_id: str) -> None:
    """From thanks to the question how it was."""
    story.act("11. Acme shows its thanks, and looks after people")
    marta = story.cast.staff("marta", "marketer")
    marta.post(f"/v1/asks/{ask_id}/work", {"done": True, "reason_code": "story_approved"})
    until = instant(story.cast.seconds + SHOWN_DAYS * 86_400)
    marta.post(f"/v1/asks/{ask_id}/spotlight", {"until": until})
    story.say(f"Marta puts Maya's story into the spotlight, until {until[:10]}")
    soon(story)
    story.forward(REST_DAYS + 1, "Maya has had her rest")
    _asked_how(story, marta, maya)
    _board(story, shop)
    hook = marta.get(f"/v1/programs/{story.program_id}/webhook")
    story.say(f"Acme's own system never answered ({hook['failures']} tries): {hook['state']}")


def _asked_how(story: "Story", marta: Signed, maya: Signed) -> None:
    """How was being asked? A bad answer brings a person of the company, not the next request."""

    def look() -> Json:
        soon(story)
        rows = maya.get("/v1/me/asks")["data"]
        return next((one for one in rows if one["motion"] == "feedback"), {})

    ask = eventually(look, "the question how it was")
    maya.post(f"/v1/me/asks/{ask['id']}/rating", {"rating": RATING})
    story.say(f"Maya is asked how that was for her: {RATING} of 5")
    strains = partial(marta.get, "/v1/asks/strains", program_id=story.program_id)
    (row,) = eventually(lambda: strains()["data"], "somebody to look after")
    story.say(f"Marta's list of people to look after: Maya, {row['strains'][0]}")


def _board(story: "Story", shop: Endpoint) -> None:
    """Who wants to be is on the board; orders of the month make the order of it."""
    number = 7_200
    for name, shown in ON_THE_BOARD.items():
        person = story.cast.sign_in(f"{name}@people.example")
        person.put(f"/v1/me/leaderboard/{story.program_id}", {"name": shown})
        code = story.cast.code_of(person)
        for goods in BOUGHT[name]:
            number += 1
            story.buys(shop, number, goods, story.cast.click_id(code), f"friend{number}")
    marta = story.cast.staff("marta", "marketer")
    board = "/v1/advocates/leaderboard"
    bought = sum(len(goods) for goods in BOUGHT.values())

    def look() -> list[Json]:
        rows: list[Json] = marta.get(board, program_id=story.program_id)["rows"]
        return rows if sum(one["orders"] for one in rows) >= bought else []

    rows = eventually(look, "the leaderboard")
    places = ", ".join(f"{one['rank']}. {one['name']} {one['orders']}" for one in rows)
    story.say(f"The leaderboard of the month, of whoever wants to be on it: {places}")
