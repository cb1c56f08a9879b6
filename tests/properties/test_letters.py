"""Whatever happens between an ask and its letter: none leaves at night or against a person's will.

One ask is written; then things are heard, people leave and come back, night falls, the queue brings
the letter early, late and twice, and the clock wakes what waits. The same by mail and to the
company's own system, which is down at times, and is told who it is only while the person wants
that. What left is checked by hand.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from goodword.advocates.model import Enrolment
from goodword.errors import Conflict
from goodword.events import Event
from goodword.journeys.asking import AskBook, AskRules
from goodword.journeys.asks import Wishes
from goodword.journeys.definition import QuietHours
from goodword.journeys.gate import Gate
from goodword.journeys.leaving import Leaving
from goodword.journeys.listening import Customers
from goodword.journeys.resending import Resending
from goodword.journeys.walk import AskMade, ask_key
from goodword.messages.endpoint import HookAnswer
from goodword.messages.model import Letter, Message
from goodword.messages.service import Messenger
from goodword.messages.waking import DUE, Waking
from goodword.ports import Change
from goodword_aws.messages import money_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.hooks import TAKEN, Company
from tests.support.walks import BYE, Path
from tests.unit.messages.test_telling import ENGLISH, MORE

ALWAYS = QuietHours(from_hour=0, until_hour=0)
ZONES = ["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Auckland"]


class Act(NamedTuple):
    """Something that happens, so many quarters of an hour after what was before."""

    quarters: int
    what: str


acts = st.lists(
    st.builds(
        Act,
        st.integers(0, 60),
        st.sampled_from(
            [
                *["brought"] * 2,
                *["woken"] * 2,
                *("complaint", "consent_gone", "consent_given", "unsubscribed"),
                *("banned", "back", "answers"),
                *("down", "up", "up", "off", "on", "resent", "shares", "keeps"),
            ]
        ),
    ),
    min_size=1,
    max_size=14,
)


class Post:
    """A mail service that says when it took what."""

    def __init__(self, path: Path) -> None:
        self.path, self.took_ms = path, list[int]()

    def send(self, to: str, letter: Letter, type: str) -> str:
        self.took_ms.append(self.path.clock.at_ms)
        return f"{to}-{type}-{len(letter.subject)}"


DOWN = HookAnswer(outcome="refused", reason="status_503")


class Story:
    """Anna is asked; what forbids writing to her is noted beside the product."""

    def __init__(self, zone: str, quiet: tuple[int, int], home: str = "UTC") -> None:
        """`zone` is what she said, nothing if it is empty; `home` is the programme's."""
        self.path, self.against, self.answered = Path(home=home), set[str](), False
        self.wants_shared = False
        self.company = Company(self.path)
        self.told: dict[str, Event] = {}
        self.zone, self.quiet = ZoneInfo(zone or home), quiet
        night = {"from_hour": quiet[0], "until_hour": (quiet[0] + quiet[1]) % 24}
        subject_id = self.path.delight()
        change = Change()
        change.create(
            AskBook(subject_id=subject_id, time_zone=zone),
            AskRules(program_id=self.path.program_id, quiet_hours=ALWAYS),
        )
        self.path.store.commit(change)
        self.path.publish(_CALL, BYE, quiet_hours=night, channels=["email", "webhook"])
        walk = self.path.entered()
        self.path.step(walk)
        for _ in range(2):
            if not self.path.made:  # asked in the morning
                self.path.clock.advance(self.path.now(walk).next_ms - self.path.clock.at_ms)
                self.path.step(walk)
        (self.ask,) = self.path.made
        (self.asked,) = self.path.events("journey.asked")
        self.told = {self.asked.event_id: self.asked}
        self.post = Post(self.path)
        desk = self.path.desk("messages")
        self.leaving = Leaving(desk, Gate(desk, Customers(desk)))
        self.messenger = Messenger(
            desk=desk,
            vault=self.path.vault,
            post=self.post,
            catalogue_of=lambda _: ENGLISH,
            portal="https://go.example",
            money_of=money_of,
            more_of=lambda _event, _locale: MORE,
            unfit=lambda event: self.leaving.unfit(self._ask(event)),
        )

    def _ask(self, event: Event) -> AskMade:
        found = self.path.store.get(AskMade, ask_key(event.subject))
        assert found is not None
        return found

    def act(self, act: Act) -> None:
        self.path.clock.advance(act.quarters * 15 * 60_000)
        before, got = len(self.post.took_ms), self.company.receiver.got
        heard = len(got)
        getattr(self, act.what)()
        for at_ms in (*self.post.took_ms[before:], *(one[0] for one in got[heard:])):
            assert not self.against, self.against
            assert not self.answered
            assert at_ms < self.ask.expires_ms
            hour = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self.zone).hour
            assert (hour - self.quiet[0]) % 24 >= self.quiet[1]
        for _, _, said, _ in got[heard:]:
            assert (said["data"]["person"] is not None) == self.wants_shared
            assert self.wants_shared or "anna@mail.example" not in str(said)
        assert len(self.post.took_ms) <= len(self.told)
        assert {one[1] for one in got} <= set(self.told)
        sent = [one.event_id for one in self.path.all(Message) if one.state == "sent"]
        assert len(sent) <= 2 * len(self.told)

    def brought(self) -> None:
        for event in self.told.values():
            self.messenger.tell(event)
            self.company.hooks.tell(event)

    def woken(self) -> None:
        known = len(self.path.events(DUE))
        Waking(self.path.desk("sweep")).sweep()
        for due in self.path.events(DUE)[known:]:
            by = due.data["channel"]
            found = (one for one in self.path.all(Message) if one.channel == by)
            held = next(one for one in found if one.event_id == due.subject)
            if held.told is not None and held.state == "held":
                if by == "webhook":
                    self.company.hooks.tell(held.told, woken=True)
                else:
                    self.messenger.tell(held.told)

    def down(self) -> None:
        self.company.receiver.answer = DOWN

    def up(self) -> None:
        self.company.receiver.answer = TAKEN

    def off(self) -> None:
        self.company.endpoints.set_state(self.path.program_id, "off", "maintenance")

    def on(self) -> None:
        self.company.endpoints.set_state(self.path.program_id, "on", "mended")

    def resent(self) -> None:
        try:
            Resending(self.path.desk(), self.leaving).resend(self.ask.ask_id)
        except Conflict:
            return
        self.told |= {one.event_id: one for one in self.path.events("journey.resent")}

    def shares(self) -> None:
        self._wish(shares=True)

    def keeps(self) -> None:
        self._wish(shares=False)

    def _wish(self, *, shares: bool) -> None:
        wishes = Wishes(self.path.asks.desk)
        book = wishes.read(self.ask.subject_id)
        zone, program_id = book.time_zone, self.path.program_id
        wishes.put(self.ask.subject_id, program_id, book.unsubscribed, zone, shares=shares)
        self.wants_shared = shares

    def complaint(self) -> None:
        self._hear("complaint")

    def consent_gone(self) -> None:
        self._hear("consent", 0)

    def consent_given(self) -> None:
        self.path.hear("consent", 1)
        self.against.discard("consent_gone")

    def unsubscribed(self) -> None:
        Wishes(self.path.desk()).unsubscribe(self.ask)
        self.against.add("unsubscribed")

    def banned(self) -> None:
        self._turn("banned")
        self.against.add("banned")

    def back(self) -> None:
        self._turn("active")
        self.against.discard("banned")

    def answers(self) -> None:
        if not self.answered and self.path.clock.at_ms < self.ask.expires_ms:
            self.path.asks.answer(self.ask.ask_id, "declined")
            self.answered = True

    def _hear(self, kind: str, value: int | None = None) -> None:
        self.path.hear(kind, value)
        self.against.add("consent_gone" if kind == "consent" else kind)

    def _turn(self, state: Any) -> None:
        (one,) = self.path.all(Enrolment)
        change = Change()
        change.replace(one.but(state=state))
        self.path.store.commit(change)


_CALL = {"step": "ask", "name": "call", "motion": "reference", "template": "call"}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    happens=acts,
    zone=st.sampled_from(["", "", "", *ZONES]),
    home=st.sampled_from(ZONES[1:]),
    quiet=st.tuples(st.integers(0, 23), st.integers(0, 14)),
)
def test_no_letter_leaves_at_night_or_against_somebodys_will(
    happens: list[Act], zone: str, home: str, quiet: tuple[int, int]
) -> None:
    story = Story(zone, quiet, home)
    for act in happens:
        story.act(act)


@settings(deadline=None)
@given(quiet=st.tuples(st.integers(0, 23), st.integers(1, 14)), hours=st.integers(0, 24))
def test_a_letter_that_nothing_forbids_leaves_within_a_day(
    quiet: tuple[int, int], hours: int
) -> None:
    story = Story("UTC", quiet)
    story.act(Act(hours * 4, "brought"))
    for _ in range(26):
        story.act(Act(4, "woken"))
    assert len(story.post.took_ms) == 1
    assert len(story.company.receiver.got) == 1
