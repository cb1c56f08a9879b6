"""The staff's pages; each shows what the staff API says, and acts as it does.

Who may see a page is said where it is registered, by the same roles as on the API.
"""

from goodword_aws.calls import STAFF
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Sheet, View
from goodword_aws.wiring import require

require(
    "arrivals_table",
    "core_table",
    "keys_table",
    "vault_key_arn",
    "journal_table",
    "index_secret_arn",
    "public_url",
    "user_pool_id",
    "pages_client_id",
    "page_secret_arn",
    "payout_cycle_arn",
    "exports_bucket",
)

CONSOLE = "goodword_aws.pages.console"
AREAS = {  # what registers the pages of an area: where they are; of two that fit the first counts
    "runs_pages:add_runs": ("/console/runs", "/console/payouts"),
    "waiting:add_waiting": ("/console/waiting",),
    "handouts:add_hand_outs": ("/console/hand-outs",),
    "extracts:add_extracts": ("/console/exports",),
    "reviews:add_reviews": ("/console/reviews",),
    "learned:add_learned": ("/console/learned",),
    "beginning:add_beginning": ("/console/rules",),
    "rules_pages:add_rules": ("/console/rules",),
    "budgets:add_budgets": ("/console/rules",),
    "rates:add_rates": ("/console/rates",),
    "disputes:add_disputes": ("/console/disputes",),
    "people_pages:add_people": ("/console/advocates", "/console/orders"),
    "ledger:add_ledger": ("/console/ledger", "/console/audit"),
    "kpis:add_kpis": ("/console/kpis",),
    "journey_drafts:add_journey_drafts": ("/console/journeys",),
    "journeys:add_journeys": ("/console/journeys",),
    "introductions:add_introductions": ("/console/introductions",),
    "stories:add_stories": ("/console/stories", "/console/spotlights"),
    "board:add_board": ("/console/leaderboard",),
    "care:add_care": ("/console/care",),
    "hand_overs:add_hand_overs": ("/console/hand-overs",),
    "references:add_references": ("/console/references",),
    "letters:add_letters": ("/console/letters",),
    "sources:add_sources": ("/console/sources",),
    "webhooks:add_webhooks": ("/console/webhooks",),
}
site = Site("console")
for register, below in AREAS.items():
    site.area(f"{CONSOLE}.{register}", *below)


@site.page("GET", "/console", roles=STAFF)
def front(view: View) -> Answer:
    """What waits for a person, the newest payout runs, and the programmes."""
    from goodword_aws.pages.console import overview  # noqa: PLC0415 - dear, for this page alone

    return Sheet("console/overview.html", overview.overview(view))


handler = site
