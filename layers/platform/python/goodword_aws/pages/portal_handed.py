"""The page of what is no money: what one was handed, and what is still to come."""

from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Sheet, View
from goodword_aws.rewards_handed import my_coming, my_hand_outs

HERE = "/my/hand-outs"
COMING_SHOWN = 50  # on the page; the API has all of them


def add_hand_outs(site: Site) -> None:
    """Register the page."""
    site.page("GET", HERE, roles=frozenset({"advocate"}))(_page)


def _page(view: View) -> Sheet:
    own, page = view.advocate_id, view.page
    handed = my_hand_outs(view.desk, own, page.limit, page.starting_after)
    first = page.starting_after is None
    data: dict[str, object] = {"handed": handed.rows, "cursor": handed.cursor, "first": first}
    if first:
        coming = my_coming(
            view.desk, own, COMING_SHOWN, None, view.reader.language, view.reader.zone
        )
        data |= {"coming": coming.rows, "more": coming.cursor is not None}
    return Sheet("portal/handouts.html", data)
