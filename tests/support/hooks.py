"""A company's own system that takes signed messages, and what sends them to it in memory."""

import json
from collections.abc import Sequence
from typing import Any

from goodword.events import Event
from goodword.journeys.asks import Wishes
from goodword.journeys.gate import Gate
from goodword.journeys.hooked import Links, hook_body
from goodword.journeys.leaving import Leaving, hold
from goodword.journeys.listening import Customers
from goodword.journeys.walk import AskMade, ask_key
from goodword.messages.endpoint import HookAnswer
from goodword.messages.endpoints import Endpoints
from goodword.messages.hooking import Hooks
from goodword.messages.model import Message, Unfit
from goodword.messages.waking import DUE, Waking
from goodword.ports import Change
from goodword.privacy.model import VaultItem, vault_key
from goodword.programs.effective import version_in_force

from tests.fakes.privacy import PlainSealer
from tests.support.walks import Path

URL = "https://hooks.acme.example/goodword"
TAKEN = HookAnswer(outcome="taken")
LINKS = Links(
    page="https://go.example/my/asks",
    join="https://go.example/join/p",
    answer="https://go.example/asks/p1",
    stop="https://go.example/asks/p1/unsubscribe",
)


class Receiver:
    """Takes what comes, or answers as told; counts each message once by its id."""

    def __init__(self, path: Path) -> None:
        self.path, self.answer = path, TAKEN
        self.got: list[tuple[int, str, dict[str, Any], int]] = []
        self.error: Exception | None = None

    def send(self, url: str, secrets: Sequence[bytes], message_id: str, body: bytes) -> HookAnswer:
        assert url == URL
        assert all(one.startswith(b"whsec_") for one in secrets)
        self.got.append((self.path.clock.at_ms, message_id, json.loads(body), len(secrets)))
        if self.error is not None:
            raise self.error
        return self.answer


class Company:
    """A programme's webhook with its receiver; requests of the path go there."""

    def __init__(self, path: Path) -> None:
        self.path, self.receiver = path, Receiver(path)
        self.endpoints = Endpoints(path.desk(), PlainSealer())
        _, self.secret = self.endpoints.put(path.program_id, URL)
        desk = path.desk("messages")
        self.leaving = Leaving(desk, Gate(desk, Customers(desk)))
        self.hooks = Hooks(
            desk=desk,
            post=self.receiver,
            sealer=PlainSealer(),
            body_of=self._body,
            unfit=self._unfit,
            hold=self._hold,
            resting={},
        )

    def wake(self) -> list[Message | None]:
        """The clock brings what is due; what came of each."""
        known = len(self.path.events(DUE))
        Waking(self.path.desk("sweep")).sweep()
        return [self.heard(one) for one in self.path.events(DUE)[known:]]

    def heard(self, due: Event) -> Message | None:
        """One `message.due`, as the function hears it."""
        found = (one for one in self.path.all(Message) if one.event_id == due.subject)
        held = next(one for one in found if one.channel == due.data["channel"])
        assert held.channel == "webhook"
        assert held.told is not None
        return self.hooks.tell(held.told, woken=True)

    def _ask(self, event: Event) -> AskMade | None:
        ask = self.path.store.get(AskMade, ask_key(event.subject))
        return ask if ask is not None and "webhook" in ask.channels else None

    def _body(self, event: Event) -> dict[str, object] | None:
        ask = self._ask(event)
        if ask is None:
            return None
        item = self.path.store.get(VaultItem, vault_key(ask.advocate_id))
        person = self.path.vault.open(item) if item is not None else None
        terms = version_in_force(self.path.store, ask.program_id, event.at_ms).terms
        book = Wishes(self.path.desk()).read(ask.subject_id)
        return hook_body(ask, book, person, terms, LINKS, str(event.data.get("words") or ""))

    def _hold(self, event: Event, change: Change) -> None:
        thanks = event.type == "journey.ask_accepted_work"
        hold(
            self.path.store,
            change,
            self.path.program_id,
            str(event.data["journey_id"]),
            thanks=thanks,
        )

    def _unfit(self, event: Event) -> Unfit | None:
        ask = self._ask(event)
        assert ask is not None
        thanks = event.type == "journey.ask_accepted_work"
        return self.leaving.unfit(ask, thanks=thanks, by="webhook")
