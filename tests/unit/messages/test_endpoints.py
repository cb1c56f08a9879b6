"""A webhook leads to one public host, signs by one secret or two, and ends when nobody listens."""

import base64

import pytest
from goodword.errors import InvalidInput, NotFound
from goodword.limits import HOOK_FAILURES_MAX, HOOK_WAIT_MINUTES_MAX
from goodword.messages.endpoint import Endpoint, HookAnswer, HookSecret, checked_url, wait_ms
from goodword.messages.endpoints import Endpoints, about
from goodword.times import DAY_MS, HOUR_MS, MINUTE_MS

from tests.fakes.privacy import PlainSealer
from tests.support.people import Town

URL = "https://hooks.acme.example/goodword"
NOW = 1_700_000_000_000
TAKEN, BAD = HookAnswer(outcome="taken"), HookAnswer(outcome="refused", reason="status_500")


@pytest.fixture
def town() -> Town:
    return Town()


def of(town: Town) -> tuple[Endpoints, str]:
    return Endpoints(town.desk(), PlainSealer()), town.program().program_id


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "https://acme.example",
        "https://acme.example/",
        "https://a-b.xn--bcher-kva.example/in/$1,2;v=1~x%20y",
    ],
)
def test_an_address_is_https_to_a_named_public_host(url: str) -> None:
    assert checked_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://hooks.acme.example/x",
        "HTTPS://hooks.acme.example/x",
        "https:/hooks.acme.example/x",
        "https://",
        "https://localhost/x",
        "https://gateway/x",
        "https://gateway.local/x",
        "https://api.internal/x",
        "https://127.0.0.1/x",
        "https://127.1/x",
        "https://0x7f000001/x",
        "https://2130706433/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest",
        "https://hooks.acme.example:8443/x",
        "https://hooks.acme.example:443/x",
        "https://hooks.acme.example:/x",
        "https://hooks.acme.example:70000/x",
        "https://user@hooks.acme.example/x",
        "https://user:pass@hooks.acme.example/x",
        "https://acme.example\\@127.0.0.1/x",
        "https://hooks.acme.example/x?key=1",
        "https://hooks.acme.example/x?",
        "https://hooks.acme.example/x#part",
        "https://hooks.acme.example./x",
        "https://Hooks.Acme.example/x",
        "https://hooks_.acme.example/x",
        "https://-hooks.acme.example/x",
        "https://bücher.example/x",
        "https://hooks.acme.example/a b",
        "https://hooks.acme.example/a\nb",
        "https://hooks.acme.example/\x7f",
        "https://[hooks.acme.example/x",
        f"https://hooks.acme.example/{'x' * 500}",
    ],
)
def test_nothing_else_is(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_url(url)
    assert refused.value.code == "bad_webhook_url"
    assert [one.field for one in refused.value.fields] == ["url"]


def test_the_secret_is_shown_once_and_sealed_as_this_programmes(town: Town) -> None:
    endpoints, program_id = of(town)
    endpoint, drawn = endpoints.put(program_id, URL)
    assert drawn is not None
    assert len(base64.b64decode(drawn.removeprefix("whsec_"), validate=True)) == 32
    (sealed,) = endpoint.signing(town.clock.at_ms)
    assert PlainSealer().open_bytes(sealed, about(program_id)).decode() == drawn
    assert drawn not in repr(town.store.items)
    assert endpoints.put(program_id, URL) == (endpoints.read(program_id), None)
    moved, again = endpoints.put(program_id, f"{URL}/2")
    assert (moved.url, again) == (f"{URL}/2", None)
    assert moved.secrets == endpoint.secrets
    assert len(town.events("message.endpoint_set")) == 2


def test_no_programme_has_no_webhook(town: Town) -> None:
    endpoints, program_id = of(town)
    with pytest.raises(NotFound, match="unknown_program"):
        endpoints.put("prg_none", URL)
    with pytest.raises(NotFound, match="unknown_endpoint"):
        endpoints.rotate(program_id)
    with pytest.raises(InvalidInput, match="bad_webhook_url"):
        endpoints.put(program_id, "https://127.0.0.1/")
    assert not town.all(Endpoint)


def test_after_a_rotation_both_secrets_sign_for_a_week(town: Town) -> None:
    endpoints, program_id = of(town)
    first, _ = endpoints.put(program_id, URL)
    second, drawn = endpoints.rotate(program_id)
    now_ms = town.clock.at_ms
    assert second.signing(now_ms) == [second.secrets[0].sealed, first.secrets[0].sealed]
    assert drawn.startswith("whsec_")
    assert second.signing(now_ms + 7 * DAY_MS - 1) == second.signing(now_ms)
    assert second.signing(now_ms + 7 * DAY_MS) == [second.secrets[0].sealed]
    third, _ = endpoints.rotate(program_id)
    assert third.secrets[1] == second.secrets[0]
    assert len(third.secrets) == 2


def test_it_is_switched_off_and_on_with_a_reason(town: Town) -> None:
    endpoints, program_id = of(town)
    endpoints.put(program_id, URL)
    off = endpoints.set_state(program_id, "off", "maintenance")
    assert (off.state, off.reason) == ("off", "maintenance")
    assert endpoints.set_state(program_id, "off", "again") == endpoints.read(program_id)
    on = endpoints.set_state(program_id, "on", "mended")
    assert (on.state, on.reason, on.failures) == ("on", "", 0)
    assert [one.reason for one in town.events("message.endpoint_off")] == ["maintenance"]
    assert [one.reason for one in town.events("message.endpoint_on")] == ["mended"]


def test_what_was_never_given_up_is_not_sent_again(town: Town) -> None:
    endpoints, program_id = of(town)
    endpoints.put(program_id, URL)
    with pytest.raises(NotFound, match="unknown_delivery"):
        endpoints.resend(program_id, "evt_none")
    assert endpoints.deliveries(program_id, 10, None).rows == []


def endpoint(**changes: object) -> Endpoint:
    secret = HookSecret(sealed="s", made_ms=NOW)
    made = Endpoint(program_id="prg_1", url=URL, secrets=(secret,), created_ms=NOW)
    return made.but(**changes)


def test_many_failures_in_a_row_over_a_day_switch_it_off() -> None:
    one = endpoint()
    for number in range(HOOK_FAILURES_MAX):
        one = one.after(BAD, NOW + number)
    assert (one.state, one.failures, one.failing_ms) == ("on", HOOK_FAILURES_MAX, NOW)
    assert one.after(BAD, NOW + 24 * HOUR_MS - 1).state == "on"
    off = one.after(BAD, NOW + 24 * HOUR_MS)
    assert (off.state, off.reason) == ("off", "status_500")
    few = endpoint(failures=3, failing_ms=NOW).after(BAD, NOW + 90 * DAY_MS)
    assert (few.state, few.failures) == ("on", 4)


def test_one_that_was_taken_forgets_the_failures_and_a_410_ends_it_at_once() -> None:
    failing = endpoint(failures=HOOK_FAILURES_MAX, failing_ms=NOW - 90 * DAY_MS)
    assert failing.after(TAKEN, NOW) == endpoint()
    gone = endpoint().after(HookAnswer(outcome="gone", reason="gone"), NOW)
    assert (gone.state, gone.reason) == ("off", "gone")
    assert gone.after(BAD, NOW + 1).reason == "gone"


def test_each_wait_is_twice_the_one_before_up_to_half_a_day() -> None:
    waits = [wait_ms(tries, 0) // MINUTE_MS for tries in range(1, 12)]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 720, 720, 720]
    assert wait_ms(1, 3_600) == HOUR_MS
    assert wait_ms(1, 999_999) == HOOK_WAIT_MINUTES_MAX * MINUTE_MS
    assert wait_ms(99, 0) == HOOK_WAIT_MINUTES_MAX * MINUTE_MS
