"""The relay passes facts on and reads no state; the nightly check reads all and mends nothing."""

from infra.foundations import grants
from infra.foundations.functions import Shape
from infra.foundations.ground import Ground
from infra.foundations.queues import make_set_aside
from infra.foundations.streams import Pace, follow_stream, may_read_stream


def add_ledger(ground: Ground) -> None:
    """The outbox relay and the nightly balance check."""
    _relay(ground)
    _check(ground)
    ground.alarms.on_count("LedgerImbalance", "Balances differ from what the journal says")


def _relay(ground: Ground) -> None:
    set_aside = make_set_aside(ground.stack, "EventsSetAside", ground.alarms)
    relay = ground.functions.make(
        "ledger_stream",
        "Puts the journal's events on the bus",
        needs=("BUS_NAME",),
        may=[
            *may_read_stream(ground.tables.journal, set_aside),
            grants.put_events(ground.bus.events),
        ],
        shape=Shape(timeout_seconds=30, memory_mb=256),
    )
    follow_stream(
        ground.stack,
        ground.at,
        relay,
        ground.tables.journal,
        kind="event",
        set_aside=set_aside,
        pace=Pace(batch=100),
    )
    ground.alarms.on_stream_age("LedgerStream", relay)


def _check(ground: Ground) -> None:
    check = ground.functions.make(
        "ledger_schedule",
        "Recomputes all balances from the journal",
        needs=("JOURNAL_TABLE", "CORE_TABLE"),
        may=[
            grants.scan(ground.tables.journal),
            grants.scan(ground.tables.core),
            grants.read(ground.tables.core),
            grants.change(ground.tables.core),
            grants.append(ground.tables.journal),
            ground.may_set_aside,
        ],
        shape=Shape(timeout_seconds=900, memory_mb=1024),
        set_aside=ground.set_aside,
    )
    ground.schedules.start(check, "cron(17 2 * * ? *)", "Compares balances with the journal")
