"""A programme's webhook: where it leads, how it stands, what went there, and sending that again.

Admins name the address and hold its secret, which is in the one answer to the form that drew it;
whoever writes rules sees the log and may have a message that was given up tried again.
"""

from typing import Annotated, Literal

from goodword.errors import NotFound
from goodword.messages.endpoint import Endpoint
from goodword.programs.service import Programs
from pydantic import Field

from goodword_aws import webhooks as shapes
from goodword_aws.forms import ReasonCode
from goodword_aws.pages.console import KEEPERS, WRITERS
from goodword_aws.pages.console.letters import MOTIONS
from goodword_aws.pages.console.webhook_samples import samples
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View

HERE = "/console/webhooks/<program_id>"


class Address(Form):
    """Where the messages go."""

    url: Annotated[str, Field(min_length=1, max_length=500)]


class State(Form):
    """Switch it, and why."""

    state: Literal["on", "off"]
    reason: ReasonCode


class Again(Form):
    """Which message is tried again."""

    event_id: Annotated[str, Field(max_length=64)]


def add_webhooks(site: Site) -> None:
    """Register the pages."""
    site.page("GET", HERE, roles=WRITERS)(_webhook)
    site.page("POST", HERE, roles=KEEPERS, again=_webhook)(_put)
    site.page("POST", f"{HERE}/rotate", roles=KEEPERS, again=_webhook)(_rotate)
    site.page("POST", f"{HERE}/state", roles=KEEPERS, again=_webhook)(_set_state)
    site.page("POST", f"{HERE}/resend", roles=WRITERS, again=_webhook)(_resend)


def _webhook(view: View) -> Answer:
    """Also before there is one: an admin then names the address."""
    program, _ = Programs(view.desk).read(view.path["program_id"])
    use_cases = shapes.endpoints(view.desk)
    page = use_cases.deliveries(program.program_id, view.page.limit, view.page.starting_after)
    try:
        found = shapes.webhook_answer(use_cases.read(program.program_id))
    except NotFound:
        found = None
    motion = next((one for one in MOTIONS if one == view.query.get("for")), MOTIONS[0])
    data = {
        "program": program,
        "motion": motion,
        "motions": MOTIONS,
        "samples": samples(view, program.program_id, motion),
        "webhook": found,
        "sent": [shapes.hook_delivery(one) for one in page.rows],
        "cursor": page.cursor,
        "may_act": "admin" in view.person.groups,
    }
    return Sheet("console/webhook.html", data)


def _put(view: View) -> Answer:
    here = _place(view)
    endpoint, drawn = shapes.endpoints(view.desk).put(
        view.path["program_id"], view.fields(Address).url, lambda _: view.claim(here)
    )
    return _with_secret(view, endpoint, drawn)


def _rotate(view: View) -> Answer:
    here = _place(view)
    endpoint, drawn = shapes.endpoints(view.desk).rotate(
        view.path["program_id"], lambda _: view.claim(here)
    )
    return _with_secret(view, endpoint, drawn)


def _with_secret(view: View, endpoint: Endpoint, drawn: str | None) -> Answer:
    """The secret in this one answer; sent again, the form leads to the webhook's page."""
    if drawn is None:
        return Go(_place(view), "note.done")
    shown = {"webhook": shapes.webhook_answer(endpoint), "secret": drawn}
    return Sheet("console/webhook_secret.html", shown, told_once=True)


def _set_state(view: View) -> Answer:
    said, here = view.fields(State), _place(view)
    shapes.endpoints(view.desk).set_state(
        view.path["program_id"], said.state, said.reason, lambda _: view.claim(here)
    )
    return Go(here, "note.done")


def _resend(view: View) -> Answer:
    here = _place(view)
    shapes.endpoints(view.desk).resend(
        view.path["program_id"], view.fields(Again).event_id, lambda _: view.claim(here)
    )
    return Go(here, "note.hook_again")


def _place(view: View) -> str:
    return f"/console/webhooks/{view.path['program_id']}"
