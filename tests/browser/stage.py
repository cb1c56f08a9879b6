"""What the demo's story leaves out, so that no page of the console is empty.

A reward on hold, an open question, a delivery that was not understood, a draft that was tried on
the past, a story that is to be approved and one that is to be told. Done again it changes nothing;
all of it goes over HTTP like the story itself.
"""

import time

from infra.local.cast import Cast, Endpoint, Json, Signed, done
from infra.local.demo import Story
from infra.local.progress import Silent
from infra.local.rule_change import REPLAYED_DAYS, instant
from infra.local.voices import asked, proposed
from infra.local.waiting import eventually
from tests.browser.reading import Told

HELD_ORDER, MISSED_ORDER = 8_000, "9101"
CAFES = "Cafes that tell"


def staged(told: Told) -> Told:
    """The same, with something on every page."""
    story = Story(Cast(told.stack), Silent(), told.directory.program_id)
    finance, maya = told.person("fatima"), told.person("maya")

    def held() -> bool:
        """Whether a reward waits that does not lapse at this moment."""
        soon = instant(story.cast.seconds + 86_400)
        rows = finance.get("/v1/rewards")["data"]
        return any(str(one["review_until"]) > soon for one in rows)

    if not held():
        day = story.cast.seconds // 86_400 % 1_000  # another order where an earlier hold lapsed
        story.buys(told.directory.shop, HELD_ORDER + day, "400.00", _click(told), f"hana{day}")
        eventually(held, "a reward on hold")
    if not finance.get("/v1/disputes")["data"]:
        _ask(story, maya)
    _misreport(told, story)
    _draft(story, told.person("marta"))
    _reference(told.person("marta"))
    _stories(story, told)
    return told


def _click(told: Told) -> str:
    return Cast(told.stack).click_id(told.directory.code)


def _ask(story: Story, maya: Signed) -> None:
    maya.post(
        "/v1/me/disputes",
        {
            "program_id": story.program_id,
            "about": "missing_conversion",
            "order_number": MISSED_ORDER,
            "ordered_at": instant(story.cast.seconds - 86_400),
            "text": "A friend told me she bought two bags <b>yesterday</b>.",
        },
    )


def _misreport(told: Told, story: Story) -> None:
    """Rightly signed, and nothing that an order could be made of."""
    path = f"/v1/sources/{told.directory.source_id}/deliveries"
    ada = told.person("ada")
    if ada.get(path)["data"]:
        return
    done(story.cast.shopify(told.directory.shop, "orders/paid", {"id": "<i>not a number</i>"}))
    eventually(lambda: ada.get(path)["data"], "a delivery that was kept")


def _draft(story: Story, marta: Signed) -> None:
    base = f"/v1/programs/{story.program_id}"
    if any(one["state"] == "open" for one in marta.get(f"{base}/drafts")["data"]):
        return
    head = marta.get(base)
    terms = head["terms"]
    terms["rules"][0]["reward"]["basis_points"] = 500
    body: Json = {"terms": terms, "rationale": "sales are good", "based_on": head["latest_version"]}
    path = f"{base}/drafts/{marta.post(f'{base}/drafts', body)['id']}"
    now = int(time.time()) + story.cast.stack.clock.offset_seconds
    marta.post(
        f"{path}/replay",
        {"from_at": instant(now - REPLAYED_DAYS * 86_400), "until_at": instant(now)},
    )

    def finished() -> bool:
        return bool(marta.get(f"{path}/replay")["state"] == "done")

    eventually(finished, "the replay")


def _reference(marta: Signed) -> None:
    """The story's own: somebody said yes to a journey, and the call was booked and held."""
    programs = marta.get("/v1/programs")["data"]
    program_id = next(one["id"] for one in programs if one["name"] == "Acme advocates")
    need = {"program_id": program_id, "industry": "coffee-shops"}
    (found,) = marta.get("/v1/subjects/references", **need)["data"]
    (call,) = marta.get(f"/v1/subjects/{found['subject_id']}/reference")["calls"]
    assert (call["state"], bool(call["ask_id"])) == ("held", True), "no call by a yes was held"


def _source(story: Story, ada: Signed, label: str) -> Endpoint:
    body = {"kind": "generic", "program_id": story.program_id, "label": label}
    made = ada.post("/v1/sources", body)
    return Endpoint(made["id"], made["signing_secret"])


def _stories(story: Story, told: Told) -> None:
    """Cleo has a text before her, Dora has been asked."""
    cleo, dora = told.person("cleo"), told.person("dora")
    if dora.get("/v1/me/asks")["data"]:
        return
    source = _source(story, told.person("ada"), CAFES)
    ask_id, _ = asked(story, source, cleo, dora)
    proposed(told.person("marta"), cleo, ask_id)
