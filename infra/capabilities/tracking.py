"""The redirect may look up links and put clicks, and nothing else; counters follow behind it."""

from infra.foundations import grants
from infra.foundations.front_door import Limit
from infra.foundations.functions import Shape
from infra.foundations.ground import Ground
from infra.foundations.queues import make_set_aside
from infra.foundations.streams import Pace, follow_stream, may_read_stream


def add_tracking(ground: Ground) -> None:
    """`/r/{code}` and the click counters."""
    _redirect(ground)
    _counters(ground)
    ground.alarms.on_count(
        "ClicksUnrecorded", "Links were followed while their clicks could not be stored"
    )


def _redirect(ground: Ground) -> None:
    redirect = ground.functions.make(
        "tracking_web",
        "Redirects a link, having stored the click",
        needs=("CORE_TABLE", "ARRIVALS_TABLE", "CLICK_SECRET_ARN", "FALLBACK_URL", "EDGE_SIGN"),
        may=[
            grants.table_items(ground.tables.core, "GetItem", partitions=["CODE#*"]),
            grants.table_items(ground.tables.arrivals, "PutItem", partitions=["TCH#*"]),
            grants.read_secret(ground.secrets.click),
        ],
        shape=Shape(timeout_seconds=5, memory_mb=512, hot=True),
    )
    # Chat programs add slashes to what people paste; a shopper never meets an error page.
    for path in ("/r/{code}", "/r/{proxy+}", "/r"):
        ground.door.open(redirect, ["GET", "HEAD"], path, public=True, limit=Limit(2_000, 4_000))


def _counters(ground: Ground) -> None:
    set_aside = make_set_aside(ground.stack, "ClicksSetAside", ground.alarms)
    counters = ground.functions.make(
        "tracking_stream",
        "Counts clicks per advocate and programme",
        needs=("CORE_TABLE",),
        may=[
            *may_read_stream(ground.tables.arrivals, set_aside),
            grants.read(ground.tables.core),
            grants.change(ground.tables.core),
        ],
        shape=Shape(timeout_seconds=60),
    )
    follow_stream(
        ground.stack,
        ground.at,
        counters,
        ground.tables.arrivals,
        kind="click",
        set_aside=set_aside,
        pace=Pace(batch=100, window_seconds=5),
    )
    ground.alarms.on_stream_age("TrackingStream", counters)
