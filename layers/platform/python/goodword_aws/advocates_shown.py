"""What of an advocate is shown elsewhere: a link as a QR code, the view in a company's own page."""

from goodword.advocates.links import Links
from goodword.errors import NotFound

from goodword_aws import advocates as shapes
from goodword_aws.calls import STAFF, Call, Raw
from goodword_aws.http import Api


def add_shown(api: Api) -> None:
    """Register both routes."""
    api.route(
        "POST",
        "/v1/advocates/<advocate_id>/embed",
        roles={"admin"},
        answer=shapes.EmbedAnswer,
        private=True,
    )(embed)
    api.route("GET", "/v1/links/<code>/qr", roles={"advocate"})(read_qr)


def embed(call: Call) -> shapes.EmbedAnswer:
    """A short-lived address of the advocate's view, for a frame. Private: it is not remembered."""
    return shapes.embed_answer(call.desk, call.path["advocate_id"])


def read_qr(call: Call) -> Raw:
    """The link as a QR code, for its owner and for staff; others are told there is none."""
    link = Links(call.desk).of_code(call.path["code"])
    if not call.principal.groups & STAFF and link.advocate_id != call.principal.advocate_id:
        raise NotFound("unknown_link", "there is no such link")
    return Raw(shapes.qr_svg(link.code), "image/svg+xml")
