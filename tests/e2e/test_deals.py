"""A recommended friend becomes a deal in the CRM, and staff see what it brought, and by whom."""

import json
import secrets

import pytest

from infra.local.cast import Cast, Json, done
from infra.local.payloads_crm import salesforce_change
from infra.local.signing import sign_salesforce
from infra.local.stack import LocalStack
from infra.local.waiting import eventually
from tests.e2e.scenario import Scenario, scenario


@pytest.fixture
def scene(stack: LocalStack) -> Scenario:
    return scenario(Cast(stack))


def test_a_lead_a_deal_and_the_figures_that_follow(scene: Scenario) -> None:
    cast, word = scene.cast, secrets.token_hex(4)
    email, deal_id = f"robin.{word}@friends.example", f"006{word}"
    marta = cast.staff("marta", "marketer")
    crm = cast.source("salesforce", scene.program_id)
    maya, code = scene.joins("maya")
    query = f"?program_id={scene.program_id}"

    lead = {"customer_id": f"u-{word}", "customer_email": email, "code": code}
    done(cast.generic(scene.generic, "lead", lead))
    scene.becomes(maya, "due")

    def tell(entity: str, record: str, number: int, **fields: object) -> None:
        event = salesforce_change(entity, record, number, **fields)  # type: ignore[arg-type]
        head = event["detail"]["payload"]["ChangeEventHeader"]
        head["commitTimestamp"], head["transactionKey"] = cast.seconds * 1_000, f"{word}-{number}"
        path, raw = f"/v1/sources/{crm.source_id}", json.dumps(event).encode()
        for key, status in ((crm.secret, 200), ("k" * 32, 401)):
            sent = cast.stack.http.request("POST", path, body=raw, headers=sign_salesforce(key))
            assert sent.status == status, sent.text

    tell("Opportunity", deal_id, 1, change="CREATE", StageName="Prospecting", Amount=1200.5)
    tell("OpportunityContactRole", "00K1", 2, OpportunityId=deal_id, ContactId=f"003{word}")
    tell("Contact", f"003{word}", 3, Email=email, AccountId=f"001{word}")
    tell("Opportunity", deal_id, 4, StageName="Closed Won", IsWon=True, IsClosed=True)

    def bookings() -> list[Json]:
        totals: list[Json] = marta.get(f"/v1/pipeline{query}")["totals"]
        return [one for one in totals if one["share"] == "sourced" and one["won_minor"] == 120_050]

    eventually(bookings, "a sourced deal that was won")
    (deal,) = marta.get(f"/v1/opportunities{query}")["data"]
    assert (deal["state"], deal["crm_deal_id"]) == ("won", deal_id)
    assert email not in str(deal)

    def figures() -> Json:
        found = marta.get(f"/v1/kpis{query}")["kpis"]
        seen = {one["code"]: one["figures"] for one in found}
        return (
            seen if seen["advocate_pool"][0]["value"] and seen["referral_leads"][0]["value"] else {}
        )

    seen = eventually(figures, "the rows of the events")
    assert seen["referral_conversion_rate"] == [{"value": 1, "base": 1, "currency": ""}]
    assert seen["referral_revenue"] == [{"value": 120_050, "base": None, "currency": "EUR"}]
    assert cast.staff("lars", "analyst").send("GET", f"/v1/kpis{query}").status == 403
