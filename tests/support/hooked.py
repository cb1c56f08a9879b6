"""A programme's webhook with a log, as records: what sample events name."""

from goodword.messages.endpoint import Endpoint, HookLine, HookSecret
from goodword.messages.endpoints import about
from goodword.messages.model import Message
from goodword.records import Record

from tests.fakes.privacy import PlainSealer


def hooked(program_id: str, advocate_id: str, now_ms: int) -> list[Record]:
    """A webhook, what it took, and what was given up."""
    sealed = PlainSealer().seal_bytes(b"whsec_b2xk", about(program_id))
    found: list[Record] = [
        Endpoint(
            program_id=program_id,
            url="https://hooks.acme.example/before",
            secrets=(HookSecret(sealed=sealed, made_ms=now_ms),),
            created_ms=now_ms,
        )
    ]
    for state in ("sent", "failed"):
        name = f"evt_{state}"
        message = {
            "event_id": name,
            "type": "journey.asked",
            "advocate_id": advocate_id,
            "state": state,
        }
        times = {"begun_ms": now_ms, "changed_ms": now_ms}
        found.append(Message.model_validate(message | times | {"channel": "webhook"}))
        found.append(HookLine(program_id=program_id, event_id=name, begun_ms=now_ms))
    return found
