"""A link is followed through the deployed functions: under their roles, over the real stream."""

import json
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from infra.local.stack import LocalStack

BROWSER = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
}
SECONDS_MAX = 60  # seconds for the emulator's stream to deliver
LINK = {
    "pk": {"S": "CODE#TRACK1NG"},
    "sk": {"S": "LINK"},
    "kind": {"S": "link"},
    "version": {"N": "1"},
    "code": {"S": "Track-ing"},
    "link_id": {"S": "lnk_followed"},
    "advocate_id": {"S": "adv_followed"},
    "program_id": {"S": "prg_followed"},
    "state": {"S": "active"},
    "destination": {"S": "https://shop.example/sale"},
    "hosts": {"L": [{"S": "shop.example"}]},
    "parameters": {"M": {"utm_source": {"S": "goodword"}}},
    "fallback": {"S": "https://shop.example/"},
    "created_ms": {"N": "1"},
    "label": {"S": ""},
}
COUNT = {"pk": {"S": "ADV#adv_followed"}, "sk": {"S": "A#CLK#prg_followed"}}


def settle(look: Callable[[], int], wanted: int) -> int:
    """What `look` sees when it has become `wanted`, or at last."""
    end = time.monotonic() + SECONDS_MAX
    while (seen := look()) != wanted and time.monotonic() < end:
        time.sleep(0.25)
    return seen


def test_a_click_is_stored_carried_on_and_counted(stack: LocalStack) -> None:
    name = json.loads(stack.deployed.output("Functions"))["tracking_web"]
    found = stack.client("lambda").get_function_configuration(FunctionName=name)
    tables = found["Environment"]["Variables"]
    store = stack.client("dynamodb")
    store.put_item(TableName=tables["CORE_TABLE"], Item=LINK)

    for headers in (BROWSER, BROWSER, {**BROWSER, "sec-fetch-dest": "image"}):
        answer = stack.http.request("GET", "/r/track-ing", headers=headers)
        assert answer.status == 302
    target = urlsplit(stack.http.request("GET", "/r/TRACKING", headers=BROWSER).headers["location"])
    query = parse_qs(target.query)
    assert (target.netloc, target.path) == ("shop.example", "/sale")
    assert (query["via"], query["utm_source"]) == (["Track-ing"], ["goodword"])
    assert len(query["gw_click"]) == 1

    def counted() -> int:
        item = store.get_item(TableName=tables["CORE_TABLE"], Key=COUNT).get("Item", {})
        return int(item.get("clicks", {"N": "0"})["N"])

    assert settle(counted, 3) == 3
    rows = store.scan(TableName=tables["ARRIVALS_TABLE"])["Items"]
    assert sum(row.get("l") == {"S": "lnk_followed"} for row in rows) == 3
