"""What plays beside a person's own journeys: the company, a colleague, and another programme."""

from goodword.journeys.asking import AskRules
from goodword.journeys.definition import Frequency
from goodword.journeys.signal import Signal
from goodword.journeys.walk import Walk
from goodword.ports import Change
from goodword.times import DAY_MS

from tests.support.hooks import Company
from tests.support.people import ANNA
from tests.support.walks import BYE, RULES, Path

ACME = "acme"
COLLEAGUE = "sam@acme.example"
NAMED = {"company": None, "colleague": COLLEAGUE}
COMMUNITY = {"step": "ask", "name": "a", "motion": "community", "template": "t", "expires_days": 1}
OFTEN = Frequency(asks=3, days=30)


class Beside:
    """The second programme of the company that the path's person belongs to. It asks three times in
    a month at most, by day and by night, and hears no more than it needs for that."""

    def __init__(self, path: Path, who: str) -> None:
        self.path, self.who, self.first = path, who, path.program_id
        self.second = path.program(rules=RULES).program_id
        if who == ANNA.email:
            path.joined(self.second)
        change = Change()
        change.create(AskRules(program_id=self.second, frequency=OFTEN, cool_down_days=0))
        path.store.commit(change)
        path.program_id = self.second
        Company(path)
        path.publish(
            COMMUNITY,
            BYE,
            goal={"motion": "community", "within_days": 5},
            again_days=1,
            cool_down_days=0,
            frequency={"asks": 20, "days": 30},
            reach="customers",
            channels=["webhook"],
        )
        path.delight(email=who)
        path.program_id = self.first

    def hear(self, of: str, kind: str, value: int | None, about: str | None) -> None:
        """The own programme hears something of the company, or of a colleague there."""
        more = {} if about is None else {"about": about}
        self.path.hear(kind, value, email=NAMED[of], account_id=ACME, **more)

    def owes_amid_a_step(self) -> None:
        """Between what a step reads and what it commits the company is told to owe; then it pays.

        The step is of the first who walks and whose time has come.
        """
        path = self.path
        due = [one for one in path.all(Walk) if one.state == "walking"]
        commit = path.store.commit
        for walk in [one for one in due if one.program_id == self.first][:1]:
            path.before_next_commit(lambda: self.hear("company", "invoice_overdue", None, "k"))
            path.step(walk)
        path.store.commit = commit  # type: ignore[method-assign]  # if there was nothing to commit
        path.clock.advance(1)
        self.hear("company", "invoice_paid", None, "k")

    def other_asks(self) -> None:
        """The other programme asks, if it may; the answer is no."""
        path = self.path
        path.program_id = self.second
        subject_id = path.hear("case_resolved", email=self.who, about="o")
        for walk in path.entering.consider(subject_id):
            path.step(walk)
            for ask in path.made:
                is_open = ask.state == "sent" and path.clock.at_ms < ask.expires_ms
                if ask.program_id == self.second and is_open:
                    path.asks.answer(ask.ask_id, "declined")
            path.step(walk)
        path.program_id = self.first

    def check(self, gone_ms: int) -> None:
        """The other programme heeds the first one's asks, until those are forgotten."""
        made = self.path.made
        for number, ask in enumerate(made):
            if ask.program_id != self.second or ask.made_ms >= gone_ms:
                continue
            ages = [ask.made_ms - one.made_ms for one in made[:number]]
            assert len([age for age in ages if age < OFTEN.days * DAY_MS]) < OFTEN.asks
            heard = [one for one in self.path.all(Signal) if one.noted_ms <= ask.made_ms]
            assert any(x.kind == "consent" and x.program_id == self.second for x in heard)
