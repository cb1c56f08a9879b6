"""Every signed-in route goes through an Api: roles first, then the key, the body, the function.

    api = Api(service="rewards")

    @api.route("POST", "/v1/rewards/<reward_id>/approve", roles={"finance"}, body=ApproveBody)
    def approve(call: Call) -> RewardAnswer: ...

    handler = api

Denied unless a role is named. A write is answered once per `Idempotency-Key`: a repeat gets the
stored answer, the same key with another request is refused. Nothing unexpected is told to the
caller: it is logged (without bodies) and answered as `internal`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from goodword.claims import Claim, claim_key
from goodword.errors import GoodwordError, KeyReused, NotAllowed, Unavailable
from goodword.events import Actor
from goodword.ports import Change, Collision, Desk, Page
from goodword.records import Value
from pydantic import BaseModel, ValidationError

from goodword_aws import calls, observe, problems, wiring
from goodword_aws.calls import Call, Principal, Raw, Role
from goodword_aws.documents import as_json, check_names, is_yaml, without_blanks
from goodword_aws.routes import Handle, Route, pattern_of

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class NoBody(Value):
    """What a write without a body may be sent all the same: `{}`."""


class Api:
    """The routes of one function; it is itself the Lambda handler.

    `advocate_of` says which advocate a principal is, `desk` makes the desk of an actor.
    """

    def __init__(
        self,
        service: str,
        *,
        desk: Callable[[Actor], Desk] = wiring.desk,
        advocate_of: Callable[[Principal], str | None] = wiring.advocate_of,
    ) -> None:
        self.service = service
        self.routes: list[Route] = []
        self._desk = desk
        self._advocate_of = advocate_of
        self._log = observe.logger(service)
        self._app = APIGatewayHttpResolver(debug=False)
        self._app.not_found(self._nowhere)

    def route(
        self,
        method: str,
        path: str,
        *,
        roles: Iterable[Role],
        body: type[BaseModel] | None = None,
        answer: type[BaseModel] | None = None,
        status: int = 200,
        private: bool = False,
        paged: bool = False,
        query: Mapping[str, str] | None = None,
    ) -> Callable[[Handle], Handle]:
        """Register a function. `answer`, `paged` and `query` (name -> meaning) describe it.

        `private` says that the answer holds personal data: it is not stored, and a repeat of the
        write runs the function again, which must then be harmless (a PUT of the same thing).
        """
        if body is not None and body.model_config.get("extra") != "forbid":
            raise ValueError(f"{body.__name__} must forbid what it does not know")

        def register(handle: Handle) -> Handle:
            route = Route(
                method=method,
                path=path,
                handle=handle,
                roles=frozenset(roles),
                body=body,
                answer=answer,
                status=status,
                private=private,
                paged=paged,
                query=query or {},
            )
            self.routes.append(route)
            self._app.route(path, method=method)(self._guarded(route))
            return handle

        return register

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        return self._app.resolve(event, context)

    def openapi(self) -> dict[str, Any]:
        """The paths and schemas of this Api, as a part of an OpenAPI 3.1 document."""
        from goodword_aws import openapi  # noqa: PLC0415 - for the docs; no request needs it

        return openapi.described(self.service, self.routes)

    def _guarded(self, route: Route) -> Callable[..., Response[Any]]:
        """The function that Powertools calls: never raises, always answers in our form."""

        def answer(**path: str) -> Response[Any]:
            event = self._app.current_event.raw_event
            request_id = _request_id(event)
            self._log.set_correlation_id(request_id)
            try:
                reply = self._serve(route, event, path, request_id)
            except GoodwordError as refused:
                reply = self._refuse(refused, request_id)
            except Exception as unexpected:  # noqa: BLE001 - the outermost of this request
                observe.failure(self._log, "the route failed", unexpected, route=route.path)
                told = problems.problem(500, "internal", "something went wrong here", request_id)
                reply = _reply(500, told, problems.PROBLEM_TYPE)
            extra = {"route": route.path, "method": route.method, "status": reply.status_code}
            self._log.info("answered", extra=extra)
            return reply

        answer.__name__ = f"{route.method}_{getattr(route.handle, '__name__', 'route')}"
        return answer

    def _serve(
        self, route: Route, event: Mapping[str, Any], path: Mapping[str, str], request_id: str
    ) -> Response[Any]:
        principal = calls.principal_of(event, self._advocate_of)
        if not principal.may(route.roles):
            raise NotAllowed("not_allowed", "your role does not permit this")
        key = calls.idempotency_key(event, route.method)
        raw = calls.raw_body(event)
        yaml = is_yaml(calls.header(event, "content-type"))
        query = event.get("queryStringParameters") or {}
        call = Call(
            principal=principal,
            path=path,
            query=query,
            body=_parsed(route, as_json(raw) if yaml else raw),
            page=calls.page_asked(query),
            idempotency_key=key,
            request_id=request_id,
            desk=self._desk(calls.actor_of(principal, route.roles)),
            request_hash=calls.hash_of(event, key, route.method, self._app.current_event.path, raw),
            status=route.status,
        )
        if not key:
            return _shaped(route.status, route.handle(call))
        return self._once(route, call)

    def _once(self, route: Route, call: Call) -> Response[Any]:
        """Run a write unless its key has been answered; then give that answer."""
        claimed = self._claim_of(call)
        if claimed is not None and not route.private:
            return _repeated(claimed)
        try:
            answer = route.handle(call)
        except GoodwordError:
            # The same write may have been in flight twice: then the other one's answer is ours.
            settled = self._claim_of(call)
            if settled is None or route.private:
                raise
            return _repeated(settled)
        if isinstance(answer, Page | Raw) or (route.private and call.claim_taken):
            raise TypeError("a write answers with something that can be remembered, or is private")
        if claimed is None and not call.claim_taken:
            self._remember(call, None if route.private else answer)
        return _shaped(route.status, answer)

    def _claim_of(self, call: Call) -> Claim | None:
        place = claim_key(call.principal.subject, call.idempotency_key)
        claim = call.desk.store.get(Claim, place)
        if claim is not None and claim.request_hash != call.request_hash:
            raise KeyReused("idempotency_key_reused", "this key has been used for another request")
        return claim

    def _remember(self, call: Call, answer: BaseModel | Mapping[str, Any] | None) -> None:
        """Store the claim of a write whose use case did not; the write itself is done by now."""
        change = Change()
        change.create(call.claim(answer))
        try:
            call.desk.store.commit(change)
        except (Collision, Unavailable) as late:
            observe.failure(self._log, "the answer is not remembered", late)

    def _refuse(self, refused: GoodwordError, request_id: str) -> Response[Any]:
        status, told = problems.problem_of(refused, request_id)
        if status >= 500:
            observe.failure(self._log, "refused", refused)
        else:
            self._log.info("refused", extra={"code": refused.code})
        reply = _reply(status, told, problems.PROBLEM_TYPE)
        if status == 503:
            reply.headers["Retry-After"] = "1"
        return reply

    def _nowhere(self, _: Exception) -> Response[Any]:
        """404 for an unknown path, 405 with `Allow` for a known one that has no such method."""
        event = self._app.current_event
        request_id = _request_id(event.raw_event)
        methods = sorted(
            {route.method for route in self.routes if pattern_of(route.path).fullmatch(event.path)}
        )
        if not methods:
            told = problems.problem(404, "no_such_route", "there is nothing here", request_id)
            return _reply(404, told, problems.PROBLEM_TYPE)
        detail = f"this path knows {', '.join(methods)}"
        told = problems.problem(405, "method_not_allowed", detail, request_id)
        reply = _reply(405, told, problems.PROBLEM_TYPE)
        reply.headers["Allow"] = ", ".join(methods)
        return reply


def _parsed(route: Route, raw: bytes) -> BaseModel | None:
    """The body; a write that takes none takes an empty one (or `{}`) and nothing else."""
    model = route.body
    if model is None:
        if route.method not in calls.WRITES or not raw.strip():
            return None
        model = NoBody
    try:
        found = model.model_validate_json(without_blanks(raw))
    except ValidationError as wrong:
        raise problems.refused_body(wrong, raw) from None
    check_names(raw)
    return found


def _shaped(status: int, answer: Any) -> Response[Any]:
    if answer is None:
        return _reply(204, None, "application/json")
    if isinstance(answer, Raw):
        plain = answer.content_type.startswith("application/json")
        body = answer.content.decode() if plain else answer.content  # bytes go out as base64
        reply = Response(status, answer.content_type, body, dict(_HEADERS))
        if answer.filename:
            reply.headers["Content-Disposition"] = f'attachment; filename="{answer.filename}"'
        return reply
    if isinstance(answer, Page):
        listing = {"data": answer.rows, "has_more": answer.cursor is not None}
        return _reply(status, {**listing, "next_cursor": answer.cursor})
    return _reply(status, answer)


def _repeated(claim: Claim) -> Response[Any]:
    """The answer of the first time, marked as such."""
    status = claim.status if claim.answer else 204
    reply = Response(status, "application/json", claim.answer, dict(_HEADERS))
    reply.headers["Idempotency-Replayed"] = "true"
    return reply


def _reply(
    status: int,
    body: BaseModel | Mapping[str, Any] | None,
    content_type: str = "application/json",
) -> Response[Any]:
    text = "" if body is None else calls.answer_text(body)
    return Response(status, content_type, text, dict(_HEADERS))


def _request_id(event: Mapping[str, Any]) -> str:
    return str(event.get("requestContext", {}).get("requestId", ""))
