"""The pages of advocates and of the public; each shows what the API says, and acts as the API does.

Whose things a page shows comes from the session alone: another person's id in the address finds
nothing.
"""

from goodword.advocates.links import Links
from goodword_aws import advocates as shapes
from goodword_aws.calls import Role
from goodword_aws.pages.gate import add_gate
from goodword_aws.pages.site import Site
from goodword_aws.pages.style import style_page
from goodword_aws.pages.view import Answer, Go, Sheet, View
from goodword_aws.wiring import require

require(
    "core_table",
    "journal_table",
    "keys_table",
    "vault_key_arn",
    "index_secret_arn",
    "public_url",
    "user_pool_id",
    "pages_client_id",
    "page_secret_arn",
)

PERSON: frozenset[Role] = frozenset({"advocate"})
site = Site("portal")
add_gate(site)
site.page("GET", "/style", roles=None)(style_page)


@site.page("GET", "/", roles=None)
def front(view: View) -> Answer:
    """The front door: in, or to one's own pages."""
    if view.principal is None:
        return Sheet("portal/front.html")
    return Go("/console" if view.principal.kind == "staff" else "/my")


@site.page("GET", "/my", roles=PERSON)
def home(view: View) -> Answer:
    """Where one stands, at a glance."""
    found = shapes.dashboard(view.desk, view.advocate_id)
    links = Links(view.desk).list(view.advocate_id)
    return Sheet(
        "portal/home.html", {"dashboard": found, "links": [shapes.link_answer(x) for x in links]}
    )


handler = site
