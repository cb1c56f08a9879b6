"""A CRM that tells of its deals, and friends whom advocates recommended, as short as tests like."""

from typing import Any

from goodword.conversions.model import Conversion, Delivery, Facts, Identity, Settled
from goodword.journeys.opportunity import ContactFact, DealFact, Opportunity
from goodword.journeys.pipeline import Deals
from goodword.journeys.selling import Hearing
from goodword.ports import Change
from goodword.times import DAY_MS

from tests.support.desk import World
from tests.support.people import MACS

AT = 1_763_800_000_000
PROGRAM = "prg_1"


def delivery(program_id: str = PROGRAM) -> Delivery:
    """What the facts came in."""
    return Delivery(
        source_id="src_crm",
        source_kind="hubspot",
        program_id=program_id,
        namespace="crm",
        delivery_id="d-1",
        topic="crm",
        received_ms=AT,
        body_hash="h",
        sealed_body="",
        writer="w",
        keep_s=1,
    )


def step(name: str, day: float = 0, deal_id: str = "77", **said: Any) -> DealFact:
    """One event of a deal, so many days after AT."""
    return DealFact.model_validate(
        {
            "home": "EUR",
            "fact_id": name,
            "deal_id": deal_id,
            "occurred_ms": AT + round(day * DAY_MS),
            **said,
        }
    )


class Crm(World):
    """A programme that hears of deals."""

    def __init__(self) -> None:
        super().__init__()
        self.clock.at_ms = AT + 1_000 * DAY_MS
        self.hearing = Hearing(self.desk("conversions_stream"), MACS)
        self.deals = Deals(self.store)

    def tell(self, *facts: DealFact | ContactFact) -> str:
        """Hear of these in one delivery; what a person has to look at."""
        return self.hearing.hear(
            delivery(),
            Facts(
                deals=tuple(one for one in facts if isinstance(one, DealFact)),
                contacts=tuple(one for one in facts if isinstance(one, ContactFact)),
            ),
        )

    def tell_from(self, namespace: str, *deals: DealFact) -> str:
        """The same of another CRM."""
        return self.hearing.hear(delivery().but(namespace=namespace), Facts(deals=deals))

    @property
    def deal(self) -> Opportunity:
        """The only deal."""
        (one,) = self.all(Opportunity)
        return one

    def refer(
        self,
        contact: str = "",
        day: float = 0,
        *,
        email: str = "",
        advocate: str | None = "adv_1",
        name: str = "cnv_1",
    ) -> None:
        """A friend (a contact of the CRM, or an address) whom the advocate brought on that day."""
        kind, value = ("email", email) if email else ("customer", f"crm:{contact}")
        mac = MACS.mac(kind, value)
        at_ms = AT + round(day * DAY_MS)
        settled = Settled(conversion_id=name, occurred_ms=at_ms, advocate_id=advocate)
        change = Change()
        known = next((one for one in self.all(Identity) if one.mac == mac), None)
        before = known or Identity(program_id=PROGRAM, mac=mac)
        change.save(before.but(conversions=(*before.conversions, settled)))
        self.store.commit(change)

    def lead(self, name: str, day: float, advocate: str | None, program: str = PROGRAM) -> None:
        """A lead as it is kept."""
        change, at_ms = Change(), AT + round(day * DAY_MS)
        change.create(
            Conversion(
                conversion_id=name,
                program_id=program,
                action="lead",
                order_id=name,
                occurred_ms=at_ms,
                received_ms=at_ms,
                currency="EUR",
                net_minor=0,
                gross_minor=0,
                state="qualified",
                reason="",
                advocate_id=advocate,
            )
        )
        self.store.commit(change)
