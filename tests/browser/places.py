"""All pages by name, with who reads them; the gallery and the checks of every page share it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.browser.addresses import (
    REVIEW,
    Path,
    asked_by_letter,
    at,
    by_letter,
    draft,
    embedded,
    entries,
    first,
    first_on_reward,
    first_payment,
    handed,
    in_town,
    introduction,
    journey_draft,
    journey_letters,
    listed,
    of_advocates,
    of_program,
    order,
    own_order,
    payments,
    program,
    reference,
    somebody,
    staff_story,
    story_of,
    within,
)
from tests.browser.doing import draw_secret, export
from tests.browser.reading import Reader


@dataclass(frozen=True)
class Place:
    """A page: who opens it, and how its address is found.

    `page` is the path that it is registered under; empty for what is no page of ours. `then` is
    what is done there to come to an answer that has no address of its own.
    """

    name: str
    who: str
    path: Path
    status: int = 200
    page: str = ""
    then: Callable[[Reader], None] | None = None

    def visit(self, reader: Reader, path: str) -> int:
        """Come to the page whose address was found; the status of its address."""
        status = reader.open(path)
        if self.then is not None:
            self.then(reader)
        return status


def _plain(name: str, who: str, path: str) -> Place:
    """A page whose address everybody could type."""
    return Place(name, who, lambda _: path, page=path.partition("?")[0])


CONSOLE = (
    _plain("console", "fatima", "/console"),
    _plain("console-analyst", "lars", "/console"),
    _plain("console-kpis", "marta", "/console/kpis"),
    _plain("console-kpis-analyst", "lars", "/console/kpis"),
    _plain("console-runs", "fatima", "/console/runs"),
    Place("console-run", "fatima", payments(), page="/console/runs/<run_id>"),
    Place(
        "console-run-payments",
        "fatima",
        payments("payments"),
        page="/console/runs/<run_id>/payments",
    ),
    Place(
        "console-run-left-out",
        "fatima",
        payments("left-out"),
        page="/console/runs/<run_id>/left-out",
    ),
    Place("console-run-gone", "fatima", payments("gone"), page="/console/runs/<run_id>/gone"),
    Place(
        "console-run-comparison",
        "fatima",
        payments("reconciliation"),
        page="/console/runs/<run_id>/reconciliation",
    ),
    Place("console-payout", "fatima", first_payment, page="/console/payouts/<payout_id>"),
    _plain("console-waiting", "fatima", "/console/waiting"),
    _plain("console-reviews", "fatima", "/console/reviews"),
    Place(
        "console-review",
        "fatima",
        within("/console/reviews", REVIEW),
        page="/console/reviews/<reward_id>",
    ),
    Place(
        "console-review-words",
        "fatima",
        within("/console/reviews", REVIEW, "?verdict=refuse&reason_code=terms_broken"),
        page="/console/reviews/<reward_id>",
    ),
    _plain("console-hand-outs", "fatima", "/console/hand-outs"),
    _plain("console-learned", "fatima", "/console/learned"),
    _plain("console-disputes", "fatima", "/console/disputes"),
    Place(
        "console-dispute",
        "fatima",
        within("/console/disputes", "tbody th a"),
        page="/console/disputes/<dispute_id>",
    ),
    _plain("console-rules", "marta", "/console/rules"),
    _plain("console-program-new", "marta", "/console/rules/new"),
    Place("console-program", "marta", of_program(), page="/console/rules/<program_id>"),
    Place(
        "console-budget",
        "fatima",
        of_program("/budget"),
        page="/console/rules/<program_id>/budget",
    ),
    _plain("console-rates", "fatima", "/console/rates?base=EUR&quote=USD"),
    Place(
        "console-version",
        "lars",
        of_program("/versions/2"),
        page="/console/rules/<program_id>/versions/<number>",
    ),
    Place(
        "console-draft",
        "milo",
        draft("open"),
        page="/console/rules/<program_id>/drafts/<draft_id>",
    ),
    Place(
        "console-draft-own",
        "marta",
        draft("open"),
        page="/console/rules/<program_id>/drafts/<draft_id>",
    ),
    Place(
        "console-changes",
        "marta",
        draft("open", "/changes"),
        page="/console/rules/<program_id>/drafts/<draft_id>/changes",
    ),
    _plain("console-advocates", "fatima", "/console/advocates"),
    _plain("console-invite", "marta", "/console/advocates/invite"),
    Place("console-advocate", "fatima", somebody(), page="/console/advocates/<advocate_id>"),
    Place(
        "console-advocate-marketing", "marta", somebody(), page="/console/advocates/<advocate_id>"
    ),
    Place(
        "console-advocate-rewards",
        "fatima",
        somebody("/rewards"),
        page="/console/advocates/<advocate_id>/rewards",
    ),
    Place(
        "console-advocate-orders",
        "fatima",
        somebody("/orders"),
        page="/console/advocates/<advocate_id>/orders",
    ),
    Place(
        "console-advocate-payouts",
        "fatima",
        somebody("/payouts"),
        page="/console/advocates/<advocate_id>/payouts",
    ),
    Place("console-order", "fatima", order, page="/console/orders/<conversion_id>"),
    _plain("console-ledger", "fatima", "/console/ledger"),
    Place("console-entries", "fatima", entries, page="/console/ledger"),
    _plain("console-exports", "fatima", "/console/exports"),
    Place(
        "console-export",
        "fatima",
        export,
        page="/console/exports/<program_id>/<extract_id>",
    ),
    _plain("console-audit", "ada", "/console/audit"),
    _plain("console-audit-of", "ada", "/console/audit?subject=ledger"),
    _plain("console-journeys", "marta", "/console/journeys"),
    Place(
        "console-journey",
        "marta",
        within("/console/journeys", "tbody th a:not([href$='/draft'])"),
        page="/console/journeys/<journey_id>",
    ),
    _plain("console-journey-new", "marta", "/console/journeys/new"),
    Place(
        "console-journey-draft",
        "milo",
        journey_draft(),
        page="/console/journeys/<journey_id>/draft",
    ),
    Place(
        "console-journey-next",
        "marta",
        within("/console/journeys", "tbody th a:not([href$='/draft'])", "/draft"),
        page="/console/journeys/<journey_id>/draft",
    ),
    Place(
        "console-journey-people",
        "marta",
        journey_draft("/people"),
        page="/console/journeys/<journey_id>/draft/people",
    ),
    Place(
        "console-references",
        "marta",
        of_advocates("/console/references"),
        page="/console/references",
    ),
    Place(
        "console-references-need",
        "marta",
        of_advocates("/console/references", "&industry=coffee+shops&size=medium"),
        page="/console/references",
    ),
    Place("console-reference", "marta", reference, page="/console/references/<subject_id>"),
    _plain("console-letters", "marta", "/console/letters"),
    Place("console-journey-letters", "marta", journey_letters, page="/console/letters"),
    Place(
        "console-hand-overs",
        "marta",
        of_advocates("/console/hand-overs"),
        page="/console/hand-overs",
    ),
    Place(
        "console-hand-over",
        "marta",
        handed,
        page="/console/hand-overs/<hand_over_id>",
    ),
    Place(
        "console-introductions",
        "marta",
        listed("/console/introductions"),
        page="/console/introductions",
    ),
    Place(
        "console-introduction",
        "marta",
        introduction,
        page="/console/introductions/<introduction_id>",
    ),
    Place(
        "console-leaderboard",
        "marta",
        listed("/console/leaderboard"),
        page="/console/leaderboard",
    ),
    Place("console-care", "marta", listed("/console/care"), page="/console/care"),
    Place("console-spotlights", "marta", listed("/console/spotlights"), page="/console/spotlights"),
    Place("console-stories", "marta", listed("/console/stories"), page="/console/stories"),
    Place("console-story", "marta", staff_story("maya"), page="/console/stories/<ask_id>"),
    Place("console-story-proposed", "marta", staff_story("cleo"), page="/console/stories/<ask_id>"),
    _plain("console-sources", "ada", "/console/sources"),
    _plain("console-source-new", "ada", "/console/sources/new"),
    Place(
        "console-source-secret",
        "ada",
        at("/console/sources/new"),
        page="/console/sources/new",
        then=draw_secret,
    ),
    Place(
        "console-source",
        "ada",
        within("/console/sources", ".items a.what"),
        page="/console/sources/<source_id>",
    ),
    Place(
        "console-source-log",
        "ada",
        within("/console/sources", ".items a.what", "/deliveries"),
        page="/console/sources/<source_id>/deliveries",
    ),
    Place(
        "console-webhook",
        "ada",
        program("console/webhooks"),
        page="/console/webhooks/<program_id>",
    ),
    Place("console-nowhere", "fatima", at("/console/nowhere"), 404),
    Place("console-not-mine", "lars", at("/console/runs"), 403),
)

PLACES = (
    _plain("front", "", "/"),
    Place("join-before", "", program("join"), page="/join/<program_id>"),
    Place("join", "nora", program("join"), page="/join/<program_id>"),
    Place("joined", "maya", program("join"), page="/join/<program_id>"),
    Place("terms", "", program("terms"), page="/terms/<program_id>"),
    Place("friend-before", "", program("friend"), page="/friend/<program_id>"),
    Place("friend", "robin", program("friend"), page="/friend/<program_id>"),
    Place("friend-by-letter", "", by_letter, page="/friend/<program_id>/by/<token>"),
    _plain("style", "", "/style"),
    _plain("nobody", "nora", "/my"),
    _plain("home", "maya", "/my"),
    _plain("level", "maya", "/my/level"),
    _plain("leaderboard", "maya", "/my/leaderboard"),
    _plain("earnings", "maya", "/my/earnings"),
    Place(
        "reward", "maya", first("/my/earnings", ".items a.what"), page="/my/earnings/<reward_id>"
    ),
    _plain("unrewarded", "maya", "/my/earnings/nothing"),
    _plain("handed", "maya", "/my/hand-outs"),
    Place("order", "maya", own_order, page="/my/earnings/orders/<conversion_id>"),
    _plain("links", "maya", "/my/links"),
    _plain("payouts", "maya", "/my/payouts"),
    _plain("payout-method", "maya", "/my/payouts/method"),
    Place(
        "statement", "maya", first("/my/payouts", ".items a.what"), page="/my/payouts/<payout_id>"
    ),
    _plain("help", "maya", "/my/help"),
    _plain("requests", "maya", "/my/asks"),
    _plain("wishes", "maya", "/my/asks/wishes"),
    _plain("wishes-nothing", "ben", "/my/asks/wishes"),
    Place("request-by-letter", "", asked_by_letter(), page="/asks/<token>"),
    Place("requests-end", "", asked_by_letter("/unsubscribe"), page="/asks/<token>/unsubscribe"),
    _plain("introductions", "ben", "/my/introductions"),
    Place("story", "maya", story_of("maya"), page="/my/asks/<ask_id>/story"),
    Place("story-to-approve", "cleo", story_of("cleo"), page="/my/asks/<ask_id>/story"),
    Place("story-to-tell", "dora", story_of("dora"), page="/my/asks/<ask_id>/story"),
    _plain("request-open", "dora", "/my/asks"),
    _plain("questions", "maya", "/my/disputes"),
    _plain("missing-order", "maya", "/my/disputes/new"),
    Place("ask-about-reward", "maya", first_on_reward("/my/disputes/new"), page="/my/disputes/new"),
    _plain("account", "maya", "/my/account"),
    _plain("account-copy", "maya", "/my/account/export"),
    _plain("account-erase", "maya", "/my/account/erase"),
    Place(
        "question",
        "maya",
        first("/my/disputes", ".items a.what"),
        page="/my/disputes/<dispute_id>",
    ),
    Place("embed", "", embedded, page="/embed/<token>"),
    Place("town", "", in_town("/")),
    Place("shop", "", in_town("/shop")),
    Place("mailbox", "", in_town("/mail")),
    Place("nowhere", "maya", at("/my/nowhere"), 404),
    Place("forbidden", "maya", at("/console"), 403),
    *CONSOLE,
)
