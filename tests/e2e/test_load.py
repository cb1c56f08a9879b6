"""Ten thousand visits over HTTP are answered, stored and counted: not one click is lost."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from infra.local.cast import Cast
from infra.local.stack import LocalStack
from infra.local.waiting import eventually
from tests.e2e.scenario import scenario

VISITS = 10_000
AT_ONCE = 6  # clients; more only queue on two cores


def test_ten_thousand_visits_lose_no_click(stack: LocalStack) -> None:
    scene = scenario(Cast(stack))
    maya, code = scene.joins("maya")

    def visit(_: int) -> str:
        answer = scene.cast.click(code)
        return f"{answer.status}{'' if 'gw_click' in answer.headers['location'] else ' no click'}"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = Counter(pool.map(visit, range(VISITS)))
    assert answers == {"302": VISITS}
    assert stored(stack, scene.program_id) == VISITS
    counted = eventually(
        lambda: maya.get("/v1/me")["programs"][0]["clicks"] == VISITS, "all clicks counted"
    )
    assert counted


def stored(stack: LocalStack, program_id: str) -> int:
    """How many click items of a programme there are."""
    pages = (
        stack.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=stack.deployed.output("ArrivalsTable"), ConsistentRead=True)
    )
    return sum(1 for page in pages for item in page["Items"] if program_id in str(item))
