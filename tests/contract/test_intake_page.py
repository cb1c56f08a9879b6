"""What docs/intake.md tells a shop developer to send is what the real handler takes."""

import io
import json
import re
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from goodword.conversions.model import Conversion

from infra.local.samples import BY_SOURCE, SECRETS, SOURCES, TRACK, generic, http_event
from tests.support.functions import ROOT
from tests.support.intake import Installation, installation

PAGE = (ROOT / "docs" / "intake.md").read_text()
BODIES = {name: text for name, text in re.findall(r"```json (\w+)\n(.*?)```", PAGE, re.DOTALL)}
ROUTES = {
    "sale": TRACK,
    "lead": "POST /v1/track/lead",
    "refund": BY_SOURCE,
    "dispute": BY_SOURCE,
    "void": BY_SOURCE,
    "cancellation": BY_SOURCE,
}


@pytest.fixture
def here() -> Iterator[Installation]:
    with installation() as made:
        yield made


def test_every_body_on_the_page_is_taken_and_booked(here: Installation) -> None:
    assert set(BODIES) == set(ROUTES)
    for name, text in BODIES.items():
        answer = here.send(generic(json.loads(text), f"msg_{name}", route=ROUTES[name]))
        assert answer["statusCode"] == 202, answer["body"]
    here.stream()
    assert {one.state for one in here.deliveries()} == {"booked"}
    sale = next(one for one in here.all(Conversion) if one.action == "sale")
    assert (sale.net_minor, sale.refunded_net_minor) == (4900, 1200)
    assert sale.refunded_gross_minor == 1400
    assert sale.advocate_id == "adv_maya"


def test_the_program_on_the_page_signs_rightly(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

    def urlopen(request: urllib.request.Request, timeout: float) -> io.BytesIO:
        assert request.full_url == "https://api.example/v1/track/sale"
        assert timeout > 0
        assert isinstance(request.data, bytes)
        answer = here.send(http_event(TRACK, dict(request.header_items()), request.data))
        return io.BytesIO(answer["body"].encode())

    names: dict[str, Any] = {}
    exec(program, names)
    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    monkeypatch.setattr(names["time"], "time", lambda: here.clock.at_ms / 1000)
    sale = json.loads(BODIES["sale"])
    sent = ("https://api.example", SOURCES["generic"], SECRETS["generic"], "msg_1", sale)
    assert names["report_sale"](*sent) == {"status": "accepted", "delivery_id": "msg_1"}
    assert names["report_sale"](*sent)["status"] == "duplicate"
