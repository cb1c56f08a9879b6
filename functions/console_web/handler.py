"""The staff's pages; each shows what the staff API says, and acts as it does.

Who may see a page is said where it is registered, by the same roles as on the API.
"""

from goodword_aws.calls import STAFF
from goodword_aws.pages.console import overview
from goodword_aws.pages.console.beginning import add_beginning
from goodword_aws.pages.console.budgets import add_budgets
from goodword_aws.pages.console.disputes import add_disputes
from goodword_aws.pages.console.journeys import add_journeys
from goodword_aws.pages.console.kpis import add_kpis
from goodword_aws.pages.console.ledger import add_ledger
from goodword_aws.pages.console.people_pages import add_people
from goodword_aws.pages.console.rates import add_rates
from goodword_aws.pages.console.reviews import add_reviews
from goodword_aws.pages.console.rules_pages import add_rules
from goodword_aws.pages.console.runs_pages import add_runs
from goodword_aws.pages.console.sources import add_sources
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
)

site = Site("console")
add_runs(site)
add_reviews(site)
add_beginning(site)
add_rules(site)
add_budgets(site)
add_rates(site)
add_disputes(site)
add_people(site)
add_ledger(site)
add_kpis(site)
add_journeys(site)
add_sources(site)


@site.page("GET", "/console", roles=STAFF)
def front(view: View) -> Answer:
    """What waits for a person, the newest payout runs, and the programmes."""
    return Sheet("console/overview.html", overview.overview(view))


handler = site
