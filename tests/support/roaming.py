"""A town in which two people roam through journeys, and a note of everything that was told."""

from typing import Any, NamedTuple

from goodword.errors import Conflict, InvalidInput
from goodword.events import Actor
from goodword.journeys.asking import AskRules
from goodword.journeys.asks import Wishes
from goodword.journeys.definition import JourneyTerms
from goodword.journeys.experience import Experience
from goodword.journeys.journey import JourneyVersion, version_key
from goodword.journeys.leaving import Leaving
from goodword.journeys.reference import Traits
from goodword.journeys.refusing import refusals
from goodword.journeys.walk import AskMade, Walk
from goodword.ports import Change
from goodword.times import DAY_MS
from goodword.trust.banning import Bans

from tests.support.people import ANNA, BEN
from tests.support.references import referring
from tests.support.umpire import COLLEAGUE, COMPANY, Heard, Umpire, Wished
from tests.support.walks import Path

ACME, COLLEAGUES = "acme", "sam@acme.example"
EMAILS = (ANNA.email, BEN.email)
ANSWERS = ("accepted", "declined", "submitted")


class Act(NamedTuple):
    """Something that happens, so many hours after what was before, to one of the two."""

    hours: int
    what: str
    value: int | None = None
    about: str | None = None
    who: int = 0


class Roaming(Path):
    """Anna and Ben take part; letters go by the rules of the moment in which they leave."""

    def __init__(self, rules: dict[str, Any], zones: tuple[str, str], home: str) -> None:
        """`zones` are what the two said, if they are not empty; `home` is the programme's."""
        super().__init__(home=home)
        self.advocates = (self.anna, self.joined(self.program_id, BEN).advocate_id)
        change = Change()
        made = AskRules.model_validate({"program_id": self.program_id, **rules}, strict=False)
        change.create(made)
        self.store.commit(change)
        self.umpire = Umpire(made.model_dump(), home)
        marta = self.desk(Actor(kind="staff", id="marta"))
        self.references = referring(marta, self.subjects, self.gate, self.workflow)
        self.leaving = Leaving(self.desk("messages"), self.gate)
        self.letters: list[tuple[int, AskMade]] = []
        self.waiting: dict[str, AskMade] = {}
        self.numbers: set[int] = set()
        self.subject_ids = [self.fan(who) for who in (0, 1)]
        self.hear("usage", 50, email=EMAILS[0], account_id=ACME)
        self.umpire.heard.append(Heard(self.clock.at_ms, 0, "usage", 50, None))
        for who, zone in enumerate(zones):
            if zone:
                self.wish(who, (), zone)

    def fan(self, who: int) -> str:
        """What makes somebody fit for most requests; whom they are known as."""
        said = (("review", 3), ("consent", 1), ("nps", 10), ("csat", 100), ("result", 30))
        for kind, value in (*said, ("result", 60), ("renewal", None)):
            name = self.tell(who, kind, value)
        return name

    def tell(self, who: int, kind: str, value: int | None = None, about: str | None = None) -> str:
        """A source says something; each at its own moment."""
        self.clock.advance(1)
        more = {} if about is None else {"about": about}
        name = self.hear(kind, value, email=EMAILS[who], **more)
        self.umpire.names.setdefault(name, who)
        self.umpire.heard.append(Heard(self.clock.at_ms, who, kind, value or 0, about))
        return name

    def of_company(self, who: int, kind: str, value: int | None, about: str | None) -> None:
        """The company, or a colleague at it, is what a source speaks of."""
        self.clock.advance(1)
        self.hear_there(who, kind, value, about)
        self.entering.consider(self.subject_ids[0])

    def hear_there(self, who: int, kind: str, value: int | None, about: str | None) -> None:
        email = COLLEAGUES if who == COLLEAGUE else None
        more = {} if about is None else {"about": about}
        self.hear(kind, value, email=email, account_id=ACME, **more)
        self.umpire.heard.append(Heard(self.clock.at_ms, who, kind, value or 0, about))

    def owes_amid_a_step(self) -> None:
        """Between what a step reads and what it commits the company comes to owe; then it pays."""
        self.clock.advance(1)
        commit = self.store.commit
        for walk in [one for one in self.all(Walk) if one.state == "walking"][:1]:
            self.before_next_commit(lambda: self.hear_there(COMPANY, "invoice_overdue", None, "k"))
            self.step(walk)
        self.store.commit = commit  # type: ignore[method-assign]  # if there was no commit
        self.of_company(COMPANY, "invoice_paid", None, "k")

    def number(self, who: int) -> None:
        """A source says that somebody has the customer number u-1; if both have, they are one."""
        self.clock.advance(1)
        self.hear("milestone", email=EMAILS[who], customer_id="u-1")
        self.umpire.heard.append(Heard(self.clock.at_ms, who, "milestone", 0, None))
        self.numbers.add(who)
        if len(self.numbers) == 2 and self.umpire.joined_ms is None:
            self.umpire.joined_ms = self.clock.at_ms

    def wish(self, who: int, noes: tuple[str, ...], zone: str) -> None:
        """Somebody says all of their wishes."""
        self.clock.advance(1)
        Wishes(self.desk()).put(self.subject_ids[who], self.program_id, noes, zone)
        self.umpire.wished.append(Wished(self.clock.at_ms, who, frozenset(noes), zone))

    def stop(self) -> None:
        """One click in the oldest letter."""
        if self.letters:
            ask = self.letters[0][1]
            Wishes(self.desk()).unsubscribe(ask)
            who = self.umpire.names[ask.subject_id]
            self.umpire.wished.append(Wished(self.clock.at_ms, who, frozenset({"all"}), None))

    def turn(self, who: int, state: str) -> None:
        """Staff or the person move an enrolment, if it goes that way."""
        name, desk = self.advocates[who], self.desk(Actor(kind="staff", id="fay"))
        try:
            if state == "banned":
                Bans(desk).ban(name, self.program_id, "spam", self.clock.at_ms, None)
            elif state == "left":
                self.enrolments.leave(name, self.program_id)
            else:
                self.enrolments.set_state(name, self.program_id, state, "because")  # type: ignore[arg-type]  # active or paused
        except (Conflict, InvalidInput):
            return
        self.umpire.enrolled.append((self.clock.at_ms, who, state))

    def walk_on(self, *, race: bool = False) -> None:
        """The machine steps everybody; at a race two at one moment."""
        if race:
            going = [one for one in self.all(Walk) if one.state == "walking"][:2]
            commit = self.store.commit
            if len(going) == 2:
                self.before_next_commit(lambda: self.step(going[1]))
                self.step(going[0])
            self.store.commit = commit  # type: ignore[method-assign]  # if there was no commit
        for walk in self.all(Walk):
            self.clock.advance(1)
            self.step(walk)

    def post(self) -> None:
        """Letters about what was asked or reminded leave, wait for the morning, or never do."""
        told = (*self.events("journey.asked"), *self.events("journey.reminded"))
        asks = {one.ask_id: one for one in self.made}
        for event in told:
            self.waiting.setdefault(event.event_id, asks[event.subject])
        for name, ask in list(self.waiting.items()):
            self.clock.advance(1)
            unfit = self.leaving.unfit(asks[ask.ask_id]) if name not in self.sent else None
            if name in self.sent or (unfit is not None and unfit.until_ms is not None):
                continue
            self.sent.add(name)
            if unfit is None:
                self.letters.append((self.clock.at_ms, ask))

    @property
    def sent(self) -> set[str]:
        """Events whose letter has left, or never will."""
        return self.__dict__.setdefault("_sent", set())  # type: ignore[no-any-return]  # of str

    def answer(self, said: str) -> None:
        """To the first open request; a story is done by sending it, feedback is a number."""
        asked = [one for one in self.made if one.state == "sent"]
        if not asked or self.clock.at_ms >= asked[0].expires_ms:
            return
        if asked[0].motion == "feedback" and said != "declined":
            Experience(self.asks).rate(asked[0].ask_id, 2 if said == "accepted" else 4)
        elif asked[0].motion == "story" and said == "submitted":
            self.stories.save(asked[0], {"result": "Six hours a week."})
            self.stories.send(asked[0])
        else:
            self.asks.answer(asked[0].ask_id, said)  # type: ignore[arg-type]  # one of them

    def work(self, number: int) -> None:
        """Staff say what came of the oldest promise: mostly that it was kept."""
        promised = [one for one in self.made if one.state in ("accepted", "submitted")]
        if promised:
            done = number > 1 and promised[0].motion != "story"
            seen = "review_seen" if promised[0].motion == "review" else "other"
            code = seen if done else "withdrawn"
            self.asks.work(promised[0].ask_id, done=done, code=code, own_advocate_id=None)

    def book(self, who: int) -> None:
        """Staff try to book a call."""
        traits = Traits(industry="retail", size="small", calls_max=2, quota_days=30)
        name = self.subject_ids[who]
        if self.references.look(name) is None:
            self.references.put(name, traits.but(cool_down_days=5))
        try:
            self.references.book(name)
        except Conflict as refused:
            assert refused.code == "reference_not_free"  # noqa: PT017 - it mostly is

    def publish_plain(self, what: JourneyTerms) -> None:
        """A journey, and its document for the umpire. One that reminds more than once stands for
        what was published before that was refused."""
        again = {one.field for one in refusals(what)}
        steps = [x for n, x in enumerate(what.steps) if f"steps.{n}.of_ask" not in again]
        made = self.publish_terms(what.but(steps=tuple(steps)), "finish")
        version = self.store.get(JourneyVersion, version_key(made.journey_id, made.in_force))
        assert version is not None
        change = Change()
        change.replace(version.but(terms=what))
        self.store.commit(change)
        self.umpire.terms[made.journey_id] = what.model_dump()

    def play(self, act: Act) -> None:
        """One act, as the functions would have it."""
        self.clock.advance(act.hours * (DAY_MS // 24) + 1)
        match act.what:
            case "step" | "race":
                self.walk_on(race=act.what == "race")
            case "sweep":
                self.walking.sweep()
            case "post":
                self.post()
            case "answer":
                self.answer(ANSWERS[act.value or 0])
            case "work":
                self.work(act.value or 0)
            case "amid":
                self.owes_amid_a_step()
            case "book":
                self.book(act.who)
            case "stop":
                self.stop()
            case _:
                self.of_somebody(act)

    def of_somebody(self, act: Act) -> None:
        """What one of the two says, or is said of them."""
        match act.what:
            case "wish":
                noes = ((), (), ("referral",), ("all",))[act.value or 0]
                self.wish(act.who, noes, act.about or "")
            case "number":
                self.number(act.who)
            case "banned" | "left" | "paused" | "active":
                self.turn(act.who, act.what)
            case _ if act.who > 1:
                self.of_company(act.who, act.what, act.value, act.about)
            case _:
                self.tell(act.who, act.what, act.value, act.about)
                self.entering.consider(self.subject_ids[act.who])
