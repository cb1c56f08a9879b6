"""The staff's pages: what the APIs of rewards, payouts and programmes let their roles do."""

from infra.capabilities.portal import NEEDS, PAGE_LIMIT, PAGES
from infra.foundations import grants
from infra.foundations.functions import Shape
from infra.foundations.ground import Ground


def add_console(ground: Ground) -> None:
    """One function for the whole console; who may do what is checked page by page."""
    console = ground.functions.make(
        "console_web",
        "Pages of finance, marketing, analysts and admins",
        needs=NEEDS,
        may=[
            grants.read(ground.tables.core),
            grants.query_index(ground.tables.core),
            grants.read_secret(ground.secrets.index),
            grants.read_secret(ground.secrets.page),
            grants.change(ground.tables.core),
            grants.append(ground.tables.journal),
            grants.read(ground.tables.journal),
        ],
        shape=Shape(memory_mb=1024),
    )
    for path in ("/console", "/console/{proxy+}"):
        ground.door.open(console, PAGES, path, public=True, limit=PAGE_LIMIT)
