"""What is published describes what is served."""

import pytest
from goodword.records import Value
from goodword_aws.calls import Call
from goodword_aws.http import Api
from goodword_aws.openapi import merged
from openapi_spec_validator import validate

from tests.functional.house import Approve, Done, House


def test_a_route_is_described_with_all_it_takes() -> None:
    api = Api("things", desk=House().world.desk, advocate_of=lambda _: None)

    @api.route(
        "POST",
        "/v1/things/<thing_id>/approve",
        roles={"finance", "admin"},
        body=Approve,
        answer=Done,
        status=201,
        query={"dry": "Only say what would happen"},
    )
    def approve(call: Call) -> Done:
        """Approve it.

        More words that are not the summary.
        """
        raise NotImplementedError

    @api.route("GET", "/v1/things", roles={"analyst"}, answer=Done, paged=True)
    def listed(call: Call) -> Done:
        raise NotImplementedError

    document = merged([api.openapi()])
    validate(document)
    operation = document["paths"]["/v1/things/{thing_id}/approve"]["post"]
    assert operation["summary"] == "Approve it."
    assert operation["x-goodword-roles"] == ["admin", "finance"]
    assert [each["name"] for each in operation["parameters"]] == [
        "thing_id",
        "dry",
        "Idempotency-Key",
    ]
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/Approve"}
    assert set(operation["responses"]) == {"201", "default"}
    rows = document["paths"]["/v1/things"]["get"]["responses"]["200"]["content"]
    listing = rows["application/json"]["schema"]["properties"]
    assert listing["data"]["items"] == {"$ref": "#/components/schemas/Done"}


def test_one_name_cannot_mean_two_things() -> None:
    def part(kind: type[Value]) -> dict[str, object]:
        api = Api("x", desk=House().world.desk, advocate_of=lambda _: None)
        api.route("POST", f"/v1/{kind.__doc__}", roles={"admin"}, body=kind)(lambda _: None)
        return api.openapi()

    class Body(Value):
        """one"""

        a: int

    first = Body

    class Body(Value):  # type: ignore[no-redef]  # the clash is what is tested
        """two"""

        b: int

    merged([part(first)])
    with pytest.raises(ValueError, match="Body means two things"):
        merged([part(first), part(Body)])
