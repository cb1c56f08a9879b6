"""Marketing finds a reference by need, books a call, and says what came of it; nobody else does."""

from collections.abc import Iterator

import pytest
from goodword.conversions.model import Source
from goodword.journeys.opportunity import Opportunity, opportunity_id_of
from goodword.journeys.reference import ReferenceProfile
from goodword.journeys.signal import Subject
from goodword.ports import Change
from goodword.times import DAY_MS
from goodword_aws.pages.console.references import slug

from tests.functional.test_journeys_api import EMAIL, hear, note
from tests.support.api import ADMIN, ANALYST, ANNA, FINANCE, MARKETER, Caller, front
from tests.support.pages import Browser, Pages, Shown, signing_in
from tests.support.references import said

PLACE = "/console/references"
TRAITS = {
    "industry": "Öffentliche Hand",
    "size": "medium",
    "use_cases": "Billing, Live chat",
    "calls_max": "2",
    "quota_days": "90",
    "cool_down_days": "14",
    "active": "yes",
}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def here() -> Iterator[Pages]:
    with front() as found, signing_in() as pool:
        hear(found)
        note(found, 9, {"kind": "case_resolved", "about": "c-1"}, found.town.clock.at_ms + 1)
        note(found, 10, {"kind": "result", "value": 40}, found.town.clock.at_ms + 1)
        found.town.clock.advance(1_000)
        (person,) = found.town.all(Subject)
        said(found.town, person.subject_id)
        yield Pages(found.town, pool=pool)


def opened(browser: Browser) -> str:
    """The page of the person of the address."""
    sent = browser.send(browser.get(PLACE), f"{PLACE}/find", email=f" {EMAIL.upper()}")
    assert sent.status == 303, sent.words
    assert sent.location.startswith(f"{PLACE}/sbj_")
    return sent.location


def kept(browser: Browser, path: str, **fields: str) -> Shown:
    """What the person can speak about."""
    done = browser.send(browser.get(path), path, **TRAITS | fields)
    assert done.status == 303, done.words
    return browser.get(path)


def test_a_reference_is_made_found_called_and_rests(here: Pages) -> None:
    mara = here.browser(MARKETER)
    assert "No references yet" in mara.get(PLACE).words
    path = opened(mara)
    assert "Make somebody a reference" in mara.get(path).words
    page = kept(mara, path)
    assert "Oeffentliche hand, medium May be called" in page.words
    assert "Oeffentliche hand, medium" in mara.get(PLACE).words
    need = {"industry": "öffentliche Hand", "size": "large", "use_case": "live chat, export"}
    found = mara.get(PLACE, **need)
    assert "1 fits" in found.words
    assert "6 points" in found.words
    assert "the same industry 3 · the size 1 · use case live chat 2" in found.words
    assert "Nobody fits" in mara.get(PLACE, industry="steel").words
    form = page.fields(f"{path}/calls")
    for _ in range(2):
        assert mara.ask("POST", f"{path}/calls", form=form).location == path
    rests = mara.get(path)
    assert "Rests after the last call" in rests.words
    assert f'action="{path}/calls"' not in rests.html
    assert "Booked" in rests.words
    assert '<option value="booked" selected>' in rests.html
    (profile,) = here.town.all(ReferenceProfile)
    (call,) = profile.calls
    told = {"state": "held", "outcome": "helped", "follow_up": "thank", "followed": "yes"}
    assert mara.send(rests, f"{path}/calls/{call.call_id}", **told).location == path
    after = mara.get(path)
    assert "It helped the deal" in after.words
    assert 'value="booked"' not in after.html
    again = mara.ask("POST", f"{path}/calls/{call.call_id}", form=form | {"state": "booked"})
    assert (again.status, here.town.all(ReferenceProfile)[0].calls[0].state) == (409, "held")
    assert "Thank them: done" in after.words
    assert "Rests after the last call From 6 Dec 2025 on." in mara.get(PLACE, **need).words
    assert "Call booked on 22 Nov 2025" in after.words
    here.town.clock.advance(15 * DAY_MS)
    assert "May be called" in mara.get(PLACE, **need).words
    assert EMAIL not in after.html + mara.get(PLACE).html


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Has not said yes to being a reference"), ("de", "Hat nicht zugesagt")],
)
def test_who_never_said_yes_is_listed_with_the_reason_and_not_booked(
    here: Pages, language: str, words: str
) -> None:
    mara = here.browser(MARKETER)
    path = opened(mara)
    page = kept(mara, path)
    said(here.town, path.rpartition("/")[2], "declined")
    refused = mara.send(page, f"{path}/calls")
    assert refused.status == 409
    assert here.town.all(ReferenceProfile)[0].calls == ()
    headers = {"accept-language": language}
    assert words in mara.ask("GET", path, headers=headers).words
    found = mara.ask("GET", PLACE, query={"size": "large"}, headers=headers)
    assert words in found.words


def test_a_call_is_booked_for_the_deal_that_the_crm_shows(here: Pages) -> None:
    mara = here.browser(MARKETER)
    path = opened(mara)
    page = kept(mara, path)
    program_id = here.town.all(ReferenceProfile)[0].program_id
    name = opportunity_id_of(program_id, "src_crm", "0065I00000A1b2cQAB")
    own = {"source_id": "src_crm", "program_id": program_id, "currency": "EUR"}
    deal = {"opportunity_id": name, "namespace": "src_crm", "deal_id": "0065I00000A1b2cQAB"}
    source = {"kind": "salesforce", "label": "x", "sealed_secrets": (), "created_ms": 0}
    change = Change()
    change.create(
        Source.model_validate(own | source),
        Opportunity.model_validate(own | deal | {"state": "open", "opened_ms": 0, "steps": 0}),
    )
    here.town.store.commit(change)
    unknown = mara.send(page, f"{path}/calls", opportunity_id="0065I00000A1b2cXYZ")
    assert (unknown.status, "There is no such deal." in unknown.words) == (404, True)
    assert mara.send(page, f"{path}/calls", opportunity_id=" 0065I00000A1b2cQAB ").status == 303
    assert name in mara.get(path).words


def test_a_second_call_at_the_same_moment_is_refused_with_the_reason(here: Pages) -> None:
    mara, ada = here.browser(MARKETER), here.browser(ADMIN)
    path = opened(mara)
    first, other = kept(mara, path), ada.get(path)
    assert mara.send(first, f"{path}/calls").status == 303
    refused = ada.send(other, f"{path}/calls")
    assert refused.status == 409
    assert "Nobody may call this person now" in refused.words
    assert len(here.town.all(ReferenceProfile)[0].calls) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"industry": "!!!"},
        {"size": "huge"},
        {"calls_max": "0"},
        {"quota_days": "many"},
        {"cool_down_days": "400"},
        {"use_cases": ",".join(f"case {n}" for n in range(11))},
    ],
)
def test_traits_that_are_none_are_refused_and_stay_in_the_form(
    here: Pages, wrong: dict[str, str]
) -> None:
    mara = here.browser(MARKETER)
    path = opened(mara)
    refused = mara.send(mara.get(path), path, **TRAITS | wrong)
    assert refused.status == 422
    assert here.town.all(ReferenceProfile) == []
    ((name, said),) = wrong.items()
    assert name == "size" or f'value="{said}"' in refused.html


def test_hostile_words_are_text_and_wrong_numbers_are_none(here: Pages) -> None:
    mara = here.browser(MARKETER)
    path = opened(mara)
    page = kept(mara, path, industry=HOSTILE, use_cases=HOSTILE)
    assert HOSTILE not in page.html
    assert HOSTILE not in mara.get(PLACE, industry=HOSTILE, use_case=HOSTILE).html
    assert mara.get(PLACE, size="huge").status == 422
    deal = mara.send(page, f"{path}/calls", opportunity_id="opp_1")
    assert deal.status == 404
    form = page.fields(path)
    assert mara.ask("POST", f"{path}/calls/rcl_none", form={**form, "state": "held"}).status == 404
    assert mara.get(f"{PLACE}/sbj_none").status == 404
    nobody = mara.send(mara.get(PLACE), f"{PLACE}/find", email="nobody@mail.example")
    assert nobody.status == 404
    assert "Nobody is known under this" in nobody.words
    assert 'value="nobody@mail.example"' in nobody.tag("f-email")
    bad = mara.send(mara.get(PLACE), f"{PLACE}/find", email="nobody")
    assert bad.status == 422
    assert 'value="nobody"' in bad.html


@pytest.mark.parametrize(
    ("who", "status"), [(MARKETER, 200), (ADMIN, 200), (FINANCE, 403), (ANALYST, 403), (ANNA, 403)]
)
def test_who_writes_sees_them(here: Pages, who: Caller, status: int) -> None:
    path = opened(here.browser(MARKETER))
    browser = here.browser(who)
    for where in (PLACE, path):
        assert browser.get(where).status == status
    link = f'href="{PLACE}"'
    journeys = browser.get("/console/journeys")
    assert (link in journeys.html) == (status == 200)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Öffentliche Hand", "oeffentliche-hand"),
        ("  Food & Drink ", "food-drink"),
        ("Élan_2", "elan_2"),
        ("Straße", "strasse"),
        ("日本", ""),
    ],
)
def test_names_are_kept_in_one_spelling(said: str, name: str) -> None:
    assert slug(said) == name
