"""Every page goes through a Site: who is asking first, then the form's origin and token, the page.

    site = Site("portal")

    @site.page("GET", "/my", roles=PERSON)
    def home(view: View) -> Sheet: ...

    handler = site

`roles` as on the API; None is for everybody, signed in or not. Whoever is not signed in is led to
sign in and back; whoever may not see a page is told so in words. A form is acted on once per key,
and ends in a redirect. Nothing unexpected is told: it is logged by class and place, and the reader
gets a page with the request's number.
"""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any
from urllib.parse import quote

from goodword.claims import Claim, claim_key, request_hash
from goodword.errors import (
    Conflict,
    GoodwordError,
    InvalidInput,
    KeyReused,
    NotAllowed,
    NotAuthentic,
    NotFound,
    Unavailable,
)
from goodword.ports import Change, Collision, Desk

from goodword_aws import calls, observe, problems, wiring
from goodword_aws.calls import Role
from goodword_aws.pages import cookies as names
from goodword_aws.pages import forms, sign_in, typed_words
from goodword_aws.pages.asked import Asked, asked_in
from goodword_aws.pages.headers import headers_of
from goodword_aws.pages.reader import reader_of
from goodword_aws.pages.render import Frame, Wrong, render
from goodword_aws.pages.view import Answer, File, Go, Leave, Sheet, View
from goodword_aws.pages.ways import Area, Handle, Way, Ways
from goodword_aws.settings import settings

_NOTE = re.compile(r"[a-z_]{1,30}(\.[a-z_]{1,30}){1,3}")


class Site:
    """The pages of one face; it is itself the Lambda handler."""

    def __init__(self, face: str, *, desk: Callable[[Any], Desk] | None = None) -> None:
        self.face = face
        self._ways = Ways()
        self._desk = desk or wiring.desk
        self._log = observe.logger(face)

    def page(
        self,
        method: str,
        path: str,
        *,
        roles: Iterable[Role] | None,
        again: Handle | None = None,
        embeddable: bool = False,
        signed: bool = False,
        anonymous: bool = False,
        origin_only: bool = False,
    ) -> Callable[[Handle], Handle]:
        """Register a page's function; `<name>` in the path is one segment.

        `again` shows a posted form once more when its words or the state of things forbid it; the
        template finds what was wrong in `page.wrong` and what was typed in `page.sent`. The flags
        are those of a `Way`.
        """
        if method not in ("GET", "POST"):
            raise ValueError("a page is got, a form is posted")

        def register(handle: Handle) -> Handle:
            allowed = None if roles is None else frozenset(roles)
            flags = embeddable, signed, anonymous, origin_only
            self._ways.add(Way(method, path, handle, allowed, again, *flags))
            return handle

        return register

    def area(self, place: str, *below: str) -> None:
        """Pages that `module:function` registers, once a path at or below these is asked for."""
        module, _, register = place.partition(":")

        def load() -> None:
            getattr(import_module(module), register)(self)

        self._ways.add_area(Area(below, load))

    @property
    def ways(self) -> list[Way]:
        """Every page and form, of all areas."""
        return self._ways.all()

    def __call__(self, event: dict[str, Any], _context: Any) -> dict[str, Any]:
        asked = asked_in(event)
        self._log.set_correlation_id(asked.request_id)
        try:
            reply = self._reply(asked, self._answered(asked))
        except Exception as unexpected:  # noqa: BLE001 - the outermost of this request
            observe.failure(self._log, "the page failed", unexpected, route=asked.route)
            data = {"kind": "internal", "request_id": asked.request_id}
            reply = self._reply(asked, Sheet("error.html", data, 500))
        extra = {"route": asked.route, "method": asked.method, "status": reply["statusCode"]}
        self._log.info("answered", extra=extra)
        return reply

    def _answered(self, asked: Asked) -> Answer:
        try:
            return self._served(asked)
        except GoodwordError as refused:
            return self._refused(asked, refused)

    # --- one request ------------------------------------------------------------------------------

    def _served(self, asked: Asked) -> Answer:
        """The answer; a form that was refused is shown again with what is wrong.

        Also one that names what is not there, unless it is the page itself.
        """
        try:
            return self._serve(asked)
        except (InvalidInput, Conflict, NotFound) as refused:
            if asked.way is None or asked.way.again is None or asked.view is None:
                raise
            self._log.info("refused", extra={"code": refused.code})
            asked.wrong = Wrong(refused.code, refused.detail, refused.fields)
            shown = asked.way.again(asked.view)
            status = problems.status_of(refused)
            return replace(shown, status=status) if isinstance(shown, Sheet) else shown

    def _serve(self, asked: Asked) -> Answer:
        try:
            way, path = self._ways.find(asked.method, asked.path)
        except NotFound:
            if asked.cookies and not asked.is_program:
                self._recognise(asked)  # who is signed in is not asked to on the page that says so
            raise
        asked.way = way
        self._recognise(asked)
        if way.roles is not None and asked.principal is None:
            raise NotAuthentic("not_signed_in", "this page needs a signed-in person")
        if way.roles is not None and asked.principal and not asked.principal.may(way.roles):
            raise NotAllowed("not_allowed", "your role does not permit this")
        view = asked.view = self._view(asked, way, path)
        if asked.method == "GET":
            return way.handle(view)
        return self._act(asked, view)

    def _recognise(self, asked: Asked) -> None:
        """Set `principal` from the session's cookies; a spent session is dropped, not an error."""
        if asked.way is not None and (asked.way.embeddable or asked.way.anonymous):
            return  # in somebody's frame nobody is signed in, and a file is everybody's
        id_token, refresh_token = (asked.cookies.get(n, "") for n in (names.ID, names.REFRESH))
        if not id_token and not refresh_token:
            return
        try:
            claims, renewed = sign_in.recognised(wiring.pool(), asked.jar, id_token, refresh_token)
        except NotAuthentic:
            asked.set += asked.jar.drop(names.ID, names.REFRESH)
            return
        except Unavailable:
            if asked.way is not None and asked.way.roles is not None:
                raise
            return  # a page for everybody is there for everybody, also while Cognito is away
        asked.set += renewed
        asked.principal = calls.principal_from(claims, wiring.advocate_of)

    def _view(self, asked: Asked, way: Way, path: Mapping[str, str]) -> View:
        query = {k: str(v) for k, v in (asked.event.get("queryStringParameters") or {}).items()}
        raw = calls.raw_body(asked.event) if asked.method == "POST" else b""
        form = forms.parse_form(asked.headers.get("content-type", ""), raw) if raw else {}
        actor: Any = self.face
        if asked.principal is not None:
            actor = calls.actor_of(asked.principal, way.roles or frozenset({"advocate"}))
        return View(
            principal=asked.principal,
            path=path,
            query=query,
            form=form,
            page=calls.page_asked({k: v for k, v in query.items() if k in ("starting_after",)}),
            reader=reader_of(
                asked.headers.get("accept-language", ""), asked.cookies, query.get("lang", "")
            ),
            desk=self._desk(actor),
            request_id=asked.request_id,
            here=asked.path,
            cookies=asked.cookies,
            request_hash=request_hash("", asked.method, asked.path, forms.counted(form)),
        )

    def _act(self, asked: Asked, view: View) -> Answer:
        """A form: from our own page, by this person, once."""
        assert asked.way is not None
        if asked.way.signed:
            return asked.way.handle(view)
        forms.check_origin(asked.headers, settings().public_url)
        if asked.way.origin_only:
            return asked.way.handle(view)
        subject = view.principal.subject if view.principal else ""
        seed = asked.cookies.get(names.SEED, "")
        view.once = forms.check_token(view.form, seed, subject, _keys())
        if view.principal is None:
            return asked.way.handle(view)  # its use case is harmless to repeat, or has a key itself
        if (before := self._claimed(view)) is not None:
            return Go(before.answer)
        answer = asked.way.handle(view)
        if isinstance(answer, Go) and not view.claim_taken:
            change = Change()
            change.create(view.claim_of(answer.path))
            try:
                view.desk.store.commit(change)
            except (Collision, Unavailable) as late:
                observe.failure(self._log, "the form is not remembered", late)
        return answer

    def _claimed(self, view: View) -> Claim | None:
        claim = view.desk.store.get(Claim, claim_key(view.person.subject, view.once))
        if claim is not None and claim.request_hash != view.request_hash:
            raise KeyReused("form_used", "this form was sent before with other words")
        return claim

    # --- the answer -------------------------------------------------------------------------------

    def _refused(self, asked: Asked, refused: GoodwordError) -> Answer:
        status = problems.status_of(refused)
        if status >= 500:
            observe.failure(self._log, "refused", refused)
        else:
            self._log.info("refused", extra={"code": refused.code})
        if refused.code == "not_signed_in" and asked.method == "GET":
            return Go(f"/auth/sign-in?next={quote(asked.address, safe='/')}")
        if refused.code == "not_an_advocate" and asked.method == "GET":
            return Sheet("portal/nobody.html", {})
        data = {
            "kind": str(status),
            "code": refused.code,
            "fields": refused.fields,
            "typed": typed_words.typed(asked.event, asked.headers, asked.path, refused),
            "request_id": asked.request_id,
        }
        return Sheet("error.html", data, status)

    def _reply(self, asked: Asked, answer: Answer) -> dict[str, Any]:
        embeddable = asked.way is not None and asked.way.embeddable
        headers = headers_of(answer, secure=asked.jar.secure, embeddable=embeddable)
        if isinstance(answer, Go):
            if answer.note:
                asked.set.append(asked.jar.set(names.NOTE, answer.note, names.NOTE_SECONDS))
            return _http(303, {**headers, "Location": answer.path}, "", asked.set)
        if isinstance(answer, Leave):
            return _http(
                303, {**headers, "Location": answer.url}, "", [*asked.set, *answer.cookies]
            )
        if asked.way is None and asked.is_program and isinstance(answer, Sheet):
            return _nothing_here(asked)
        if isinstance(answer, File):
            own = [] if answer.keep else asked.set  # what everybody keeps is nobody's
            reply = _http(200, headers, base64.b64encode(answer.content).decode(), own)
            return {**reply, "isBase64Encoded": True}
        return _http(answer.status, headers, self._rendered(asked, answer), asked.set)

    def _rendered(self, asked: Asked, sheet: Sheet) -> str:
        query = asked.event.get("queryStringParameters") or {}
        reader = reader_of(
            asked.headers.get("accept-language", ""), asked.cookies, str(query.get("lang", ""))
        )
        principal = asked.principal
        note = asked.cookies.get(names.NOTE, "")
        if note:
            asked.set += asked.jar.drop(names.NOTE)
        known = bool(_NOTE.fullmatch(note)) and note.startswith("note.") and reader.knows(note)
        frame = Frame(
            face=self.face,
            here=asked.path,
            address=self._address(asked, query),
            signed_in=principal is not None,
            token=forms.token_of(
                _keys()[0], self._seed(asked), principal.subject if principal else ""
            ),
            once=forms.new_seed(),
            note=note if known else "",
            groups=principal.groups if principal else frozenset(),
            embedded=asked.way is not None and asked.way.embeddable,
            name=principal.email if principal else "",
            wrong=asked.wrong,
            sent=asked.view.form if asked.view and asked.wrong else {},
            told_once=sheet.told_once,
        )
        return render(sheet.template, sheet.data, frame, reader)

    def _address(self, asked: Asked, query: Mapping[str, str]) -> str:
        """Where the reader comes back to; a form's own address is mostly no page."""
        if asked.method == "GET":
            return sign_in.address_of(asked.path, query)
        return self._ways.page_of(asked.way, asked.path, asked.may) if asked.way else "/"

    def _seed(self, asked: Asked) -> str:
        """The browser's random cookie; made with the first page."""
        if asked.way is not None and asked.way.embeddable:
            return ""  # no cookie in somebody's frame, and no form that could need one
        if forms.is_seed(kept := asked.cookies.get(names.SEED, "")):
            return kept
        seed = forms.new_seed()
        asked.set.append(asked.jar.set(names.SEED, seed))
        return seed


def _nothing_here(asked: Asked) -> dict[str, Any]:
    """What the API says of an address that nobody serves."""
    told = problems.problem(404, "no_such_route", "there is nothing here", asked.request_id)
    headers = {"Content-Type": problems.PROBLEM_TYPE, "Cache-Control": "no-store"}
    return _http(404, headers, problems.as_json(told), [])


def _keys() -> tuple[bytes, ...]:
    """The installation's secret for forms, the previous one too."""
    return tuple(wiring.secrets().read(settings().page_secret_arn))


def _http(
    status: int, headers: Mapping[str, str], body: str, cookies: Iterable[str]
) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": dict(headers),
        "body": body,
        "cookies": list(cookies),
        "isBase64Encoded": False,
    }
