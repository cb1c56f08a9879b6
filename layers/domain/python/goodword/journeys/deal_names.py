"""Sales know a deal by the id that their CRM shows: it names the same deal as the id here does.

An outside id counts within the namespace of its source, so it is looked for in that of each source
of the programme. One that two CRMs have given to different deals names neither. One of a deal that
was merged into another names that one.
"""

from goodword.conversions.model import Source
from goodword.errors import Conflict, NotFound
from goodword.journeys.crediting import read_many
from goodword.journeys.opportunity import (
    DealStep,
    Opportunity,
    deal_partition,
    opportunity_id_of,
    opportunity_key,
)
from goodword.limits import DEAL_MERGES_MAX
from goodword.paging import pages
from goodword.ports import Store


def deal_known_as(store: Store, program_id: str, deal_id: str) -> str:
    """The id here of a CRM's deal. NotFound `unknown_opportunity`, Conflict `deal_ambiguous`."""
    sources = pages(lambda cursor: store.query_index(Source, "core", "SOURCES", cursor=cursor))
    names = {
        opportunity_id_of(*one.space, deal_id)
        for rows in sources
        for one in rows
        if one.program_id == program_id
    }
    keys = [opportunity_key(name) for name in sorted(names)]
    found = list(read_many(store, Opportunity, keys).values())
    if not found:
        raise NotFound("unknown_opportunity", "there is no such deal")
    if len(found) > 1:
        raise Conflict("deal_ambiguous", "several CRMs have a deal of this id: name it by its own")
    return _left(store, found[0]).opportunity_id


def _left(store: Store, deal: Opportunity) -> Opportunity:
    """The deal that this one became, if it was merged; of a chain the last that is known."""
    for _ in range(DEAL_MERGES_MAX):
        into = _into(store, deal) if deal.state == "removed" else None
        left = store.get(Opportunity, opportunity_key(into)) if into is not None else None
        if left is None:
            break
        deal = left
    return deal


def _into(store: Store, deal: Opportunity) -> str | None:
    place = deal_partition(deal.opportunity_id)
    steps = pages(lambda at: store.query(DealStep, "core", place, "T#", cursor=at))
    return next((one.into for rows in steps for one in rows if one.into is not None), None)
