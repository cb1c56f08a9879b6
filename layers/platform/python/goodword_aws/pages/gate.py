"""What every installation's pages have: signing in and out, language and zone, static files."""

from goodword.errors import InvalidInput, NotAuthentic

from goodword_aws import wiring
from goodword_aws.pages import sign_in
from goodword_aws.pages.assets import asset_at, asset_path
from goodword_aws.pages.cookies import ZONE, ZONE_CHOSEN, Jar
from goodword_aws.pages.reader import speaks
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, File, Go, Leave, Sheet, View
from goodword_aws.settings import settings
from goodword_aws.zones import is_zone


def add_gate(site: Site) -> None:
    """Register these on the site that serves `/auth/*` and `/static/*` for both faces."""
    site.page("GET", "/auth/sign-in", roles=None)(_begin)
    site.page("GET", "/auth/callback", roles=None)(_finish)
    site.page("POST", "/auth/sign-out", roles=None, origin_only=True)(_leave)
    site.page("POST", "/auth/reader", roles=None, origin_only=True)(_remember)
    site.page("GET", "/static/<name>", roles=None, anonymous=True)(_static)
    site.page("GET", "/favicon.ico", roles=None, anonymous=True)(_icon)


def _jar() -> Jar:
    return Jar(secure=settings().public_url.startswith("https://"))


def _back() -> str:
    return f"{settings().public_url}/auth/callback"


def _begin(view: View) -> Answer:
    after, language = view.query.get("next", ""), view.reader.language
    return sign_in.begin(wiring.pool(), _jar(), _back(), after, language, view.cookies)


def _finish(view: View) -> Answer:
    """The session begins; what did not work can be tried again, to the same page."""
    try:
        return sign_in.finish(wiring.pool(), _jar(), _back(), view)
    except NotAuthentic as refused:
        data = {"kind": "401", "code": refused.code, "request_id": view.request_id}
        again = sign_in.next_of(view.query.get("state", ""))
        return Sheet("error.html", {**data, "next": again}, 401)


def _leave(view: View) -> Answer:
    return sign_in.leave(wiring.pool(), _jar(), f"{settings().public_url}/", view.cookies)


def _remember(view: View) -> Answer:
    """Keep the language and the zone that the reader chose; an empty zone is the device's again."""
    language, zone = view.form.get("language", ""), view.form.get("zone", "")
    if (language and not speaks(language)) or (zone and not is_zone(zone)):
        raise InvalidInput("unknown_reader", "there is no such language or time zone")
    kept = _jar().chosen(language, zone)
    if not zone and "zone" in view.form:
        kept += _jar().drop(ZONE, ZONE_CHOSEN)
    return Leave(sign_in.safe_next(view.form.get("next", ""), "/"), tuple(kept))


def _icon(_: View) -> Answer:
    """What browsers ask for by themselves of an answer that links no icon: a file, a problem."""
    return Go(asset_path("favicon.ico"))


def _static(view: View) -> Answer:
    found = asset_at(f"/static/{view.path['name']}")
    return File(found.content, found.content_type, keep=True)
