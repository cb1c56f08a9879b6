"""The pages of advocates and of the public; each shows what the API says, and acts as the API does.

Whose things a page shows comes from the session alone: another person's id in the address finds
nothing.
"""

from goodword.advocates.links import Links, LinkWish
from goodword.errors import NotFound
from goodword.payouts.statement import statement_csv
from goodword.programs.announcing import Announcing
from goodword.times import rfc3339
from goodword_aws import advocates as shapes
from goodword_aws import earnings, explanations
from goodword_aws.calls import Role
from goodword_aws.pages import portal
from goodword_aws.pages.gate import add_gate
from goodword_aws.pages.portal_forms import Join, Leaving, NewLink, NewMethod, Read
from goodword_aws.pages.portal_standing import reward_days, standings
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, File, Go, Sheet, View
from goodword_aws.rewards_handed import handed_to
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
    "mail_sender",
)

PERSON: frozenset[Role] = frozenset({"advocate"})
site = Site("portal")
add_gate(site)
site.area("goodword_aws.pages.friend_pages:add_friend", "/friend")
site.area("goodword_aws.pages.portal_account:add_account_pages", "/my/account")
site.area("goodword_aws.pages.portal_disputes:add_own_disputes", "/my/disputes")
site.area("goodword_aws.pages.introduction_pages:add_introductions", "/my/introductions")
site.area("goodword_aws.pages.story_pages:add_stories", "/my/asks")
site.area("goodword_aws.pages.portal_handed:add_hand_outs", "/my/hand-outs")
site.area("goodword_aws.pages.portal_level:add_level", "/my/level")
site.area("goodword_aws.pages.portal_board:add_board", "/my/leaderboard")
site.area("goodword_aws.pages.wishes_pages:add_wishes", "/my/asks")
site.area("goodword_aws.pages.ask_pages:add_asks", "/my/asks", "/asks")
site.area("goodword_aws.pages.style:add_style", "/style")


@site.page("GET", "/", roles=None)
def front(view: View) -> Answer:
    """The front door: in, or to one's own pages."""
    if view.principal is None:
        return Sheet("portal/front.html")
    return Go("/console" if view.principal.kind == "staff" else "/my")


@site.page("GET", "/my", roles=PERSON)
def home(view: View) -> Answer:
    """Where one stands, at a glance."""
    return Sheet("portal/home.html", portal.home(view))


@site.page("GET", "/my/earnings", roles=PERSON)
def rewards(view: View) -> Answer:
    """Every reward with what it is, why, until when, and what one can do."""
    return Sheet("portal/earnings.html", portal.rewards(view))


@site.page("GET", "/my/earnings/nothing", roles=PERSON)
def unrewarded(view: View) -> Answer:
    """What came from the reader and earned nothing, and why."""
    page = explanations.my_unrewarded(
        view.desk, view.advocate_id, view.reader.locale, view.page.limit, view.page.starting_after
    )
    return Sheet("portal/unrewarded.html", {"conversions": page.rows, "cursor": page.cursor})


@site.page("GET", "/my/earnings/orders/<conversion_id>", roles=PERSON)
def order(view: View) -> Answer:
    """Why a conversion earned what it did, or nothing."""
    explanation = explanations.my_conversion(
        view.desk, view.advocate_id, view.path["conversion_id"], view.reader.locale
    )
    rewards = portal.own_rewards(view, view.path["conversion_id"])
    data = {"reward": None, "explanation": explanation, "rewards": rewards}
    return Sheet("portal/reward.html", data)


@site.page("GET", "/my/earnings/<reward_id>", roles=PERSON)
def reward(view: View) -> Answer:
    """Why a reward is what it is."""
    own, reward_id = view.advocate_id, view.path["reward_id"]
    explanation = explanations.my_reward(view.desk, own, reward_id, view.reader.locale)
    reader = view.reader
    shown = earnings.my_reward(view.desk, own, reward_id, reader.language, reader.zone)
    given = handed_to(view.desk.store, own, shown.hand_out_id)
    data = {"reward": shown, "explanation": explanation, "handed": given, "rewards": ()}
    days = {"reward_days": reward_days(view, [shown])}
    return Sheet("portal/reward.html", data | days)


@site.page("GET", "/my/links", roles=PERSON)
def links(view: View) -> Answer:
    """The links, and words to share them with."""
    found = shapes.dashboard(view.desk, view.advocate_id)
    stands = standings(view, view.advocate_id, found.programs)
    now = rfc3339(view.desk.clock.now_ms())
    own = portal.own_links(view)
    data = {"programs": found.programs, "links": own, "stands": stands, "now": now}
    return Sheet("portal/links.html", data)


@site.page("POST", "/my/links", roles=PERSON, again=links)
def make_link(view: View) -> Answer:
    """A further link of one's own."""
    said = view.fields(NewLink)
    wish = LinkWish(label=said.label, vanity=said.vanity)
    Links(view.desk).create(
        view.advocate_id, said.program_id, wish, lambda _: view.claim("/my/links")
    )
    return Go("/my/links", "note.link_made")


@site.page("GET", "/my/links/<code>/qr", roles=PERSON)
def qr(view: View) -> Answer:
    """One of one's own links as a picture."""
    link = Links(view.desk).of_code(view.path["code"])
    if link.advocate_id != view.advocate_id:
        raise NotFound("unknown_link", "there is no such link")
    return File(shapes.qr_svg(link.code), "image/svg+xml")


@site.page("GET", "/my/payouts", roles=PERSON)
def payouts(view: View) -> Answer:
    """The method, the next date, the payouts so far."""
    return Sheet("portal/payouts.html", portal.payouts(view))


@site.page("GET", "/my/payouts/method", roles=PERSON)
def method(view: View) -> Answer:
    """Where one says how to be paid."""
    return Sheet("portal/method.html", {"rails": portal.rails(view)})


@site.page("POST", "/my/payouts/method", roles=PERSON, again=method)
def put_method(view: View) -> Answer:
    """Say how to be paid; the same again changes nothing."""
    said = view.fields(NewMethod)
    shapes.methods(view.desk).put(view.advocate_id, said.rail, said.destination)
    return Go("/my/payouts", "note.method_saved")


@site.page("GET", "/my/payouts/<payout_id>", roles=PERSON)
def statement(view: View) -> Answer:
    """What one payment is made of."""
    return Sheet("portal/statement.html", portal.statement_page(view))


@site.page("GET", "/my/payouts/<payout_id>/csv", roles=PERSON)
def statement_file(view: View) -> Answer:
    """The same, for a spreadsheet."""
    found = portal.statement(view)
    content = statement_csv(found).encode()
    return File(content, "text/csv; charset=utf-8", f"{found.payout_id}.csv")


@site.page("GET", "/my/help", roles=PERSON)
def help_page(view: View) -> Answer:
    """The rules of one's programmes with worked examples, and what the words mean."""
    return Sheet("portal/help.html", {"programs": portal.taken_part(view)})


@site.page("POST", "/my/help/read", roles=PERSON)
def acknowledge(view: View) -> Answer:
    """Say that one has read a version that is coming; nothing depends on it."""
    said = view.fields(Read)
    Announcing(view.desk).acknowledge(
        view.advocate_id, said.program_id, said.version, lambda _: view.claim("/my/help")
    )
    return Go("/my/help", "note.acknowledged")


@site.page("POST", "/my/account/leave", roles=PERSON)
def leave(view: View) -> Answer:
    """Leave a programme; what was earned stays due."""
    program_id = view.fields(Leaving).program_id
    shapes.enrolments(view.desk).leave(
        view.advocate_id, program_id, lambda _: view.claim("/my/account")
    )
    return Go("/my/account", "note.left")


@site.page("GET", "/embed/<token>", roles=None, embeddable=True)
def embed(view: View) -> Answer:
    """The first page in somebody else's frame: to look at, nothing more."""
    return Sheet("portal/embed.html", portal.embedded_home(view))


@site.page("GET", "/terms/<program_id>", roles=None)
def terms(view: View) -> Answer:
    """The terms in force, for everybody, with worked examples."""
    return Sheet("portal/terms.html", portal.terms(view, view.path["program_id"]))


@site.page("GET", "/join/<program_id>", roles=None)
def offer(view: View) -> Answer:
    """What one would earn and how it accrues, before anybody signs up."""
    return Sheet("portal/join.html", portal.joining(view))


@site.page("POST", "/join/<program_id>", roles=PERSON, again=offer)
def join(view: View) -> Answer:
    """Join, ask to join, or accept an invitation."""
    said = view.fields(Join)
    made = shapes.enrolments(view.desk).enrol(
        shapes.sign_in(view.person),
        view.path["program_id"],
        accept_version=said.accept_terms_version,
        name=said.name,
        locale=view.reader.language,
        receipt=lambda _: view.claim("/my"),
    )
    return Go("/my", "note.joined" if made.state == "active" else "note.asked_to_join")


handler = site
