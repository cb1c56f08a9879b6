"""The friend's pages: what was recorded, to whoever proved the address; object, or be forgotten.

The address is proved by a sign-in, or by a link that was sent to it (`friend_pass`). Both lead to
the same page and the same forms; neither shows anything of the advocate.
"""

from typing import Annotated, Any, Literal

from goodword.conversions.forgetting import Forgetting
from goodword.errors import InvalidInput, NotAllowed, NotFound
from goodword.messages.service import Refused
from goodword.privacy.model import EMAIL_LENGTH_MAX, clean_email, fold_email
from goodword.programs.effective import version_in_force
from pydantic import Field, StringConstraints

from goodword_aws import wiring
from goodword_aws.advocates_offer import OfferAnswer, offer_answer
from goodword_aws.friends import mac_of, recorded
from goodword_aws.messages import catalogue_of, post
from goodword_aws.pages.friend_pass import friend_pass, may_write, passed
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View
from goodword_aws.settings import settings

HERE = "/friend/<program_id>"
ACTS = ("object", "allow", "forget")


class Address(Form):
    """Where the link goes."""

    email: Annotated[str, StringConstraints(max_length=EMAIL_LENGTH_MAX)] = Field(repr=False)


class Sure(Form):
    """The box beside what cannot be taken back."""

    sure: Literal["yes"]


def add_friend(site: Site) -> None:
    """Register the pages; a pass is one segment more than a sign-in needs."""
    site.page("GET", HERE, roles=None)(_page)
    site.page("POST", f"{HERE}/link", roles=None, again=_page)(_write)
    for where in (HERE, f"{HERE}/by/<token>"):
        site.page("POST", f"{where}/object", roles=None)(_object)
        site.page("POST", f"{where}/allow", roles=None)(_allow)
        site.page("POST", f"{where}/forget", roles=None, again=_page)(_forget)
    site.page("GET", f"{HERE}/by/<token>", roles=None)(_page)


def _page(view: View) -> Sheet:
    """What is kept; or how to show that it is oneself."""
    program_id = view.path["program_id"]
    shown: dict[str, Any] = {"offer": _offer(view), "recorded": None}
    if "token" in view.path or view.principal is not None:
        shown["recorded"] = recorded(view.desk, program_id, _mac(view))
    base = f"/friend/{program_id}"
    by = f"{base}/by/{view.path['token']}" if "token" in view.path else base
    sent = view.query.get("sent") == "yes"
    return Sheet("portal/friend.html", {**shown, "base": base, "by": by, "sent": sent})


def _write(view: View) -> Answer:
    """Send a link to an address; the answer tells nothing about it."""
    program_id, said = view.path["program_id"], view.fields(Address)
    offer = _offer(view)
    to = clean_email(said.email)
    mac = wiring.blind_index().mac("email", fold_email(to))
    if may_write(view.desk, program_id, mac):
        secret = wiring.secrets().read(settings().page_secret_arn)[0]
        token = friend_pass(secret, program_id, mac, view.desk.clock.now_ms())
        link = f"{settings().public_url}/friend/{program_id}/by/{token}"
        words = catalogue_of(view.reader.language)
        values = {"brand": offer.brand, "date": words.date_of(view.desk.clock.now_ms())}
        try:
            post().send(to, words.letter("friend.pass", "", link, values), "friend.pass")
        except Refused as refused:
            raise InvalidInput("bad_email", "mail to this address is refused") from refused
    return Go(f"/friend/{program_id}?sent=yes")


def _object(view: View) -> Answer:
    return _closed(view, closed=True)


def _allow(view: View) -> Answer:
    return _closed(view, closed=False)


def _closed(view: View, *, closed: bool) -> Answer:
    program_id = view.path["program_id"]
    _offer(view)
    Forgetting(view.desk).close(program_id, _mac(view), closed=closed)
    return Go(_back(view), "note.objected" if closed else "note.allowed")


def _forget(view: View) -> Answer:
    """Forget the friend, after a box was ticked."""
    mac = _mac(view)
    view.fields(Sure)
    _offer(view)
    Forgetting(view.desk).forget(view.path["program_id"], mac)
    return Go(_back(view), "note.forgotten")


def _offer(view: View) -> OfferAnswer:
    """What the programme says of itself, however it stands: a friend's rights outlast it."""
    program_id, now_ms = view.path["program_id"], view.desk.clock.now_ms()
    return offer_answer(version_in_force(view.desk.store, program_id, now_ms))


def _mac(view: View) -> str:
    """Whose record it is: of the pass in the address, else of the verified sign-in."""
    if (token := view.path.get("token")) is not None:
        secrets = wiring.secrets().read(settings().page_secret_arn)
        return passed(secrets, view.path["program_id"], token, view.desk.clock.now_ms())
    if view.principal is None:
        raise NotAllowed("email_not_verified", "this takes a verified e-mail address")
    return mac_of(view.principal)


def _back(view: View) -> str:
    """The page of the form that was sent."""
    here, _, last = view.here.rpartition("/")
    if last not in ACTS:
        raise NotFound("no_such_page", "there is nothing here")
    return here
