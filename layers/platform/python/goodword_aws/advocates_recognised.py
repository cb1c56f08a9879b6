"""The routes by which advocates and staff read levels, milestones and their history."""

from typing import TYPE_CHECKING

from goodword_aws.advocates import locale_of
from goodword_aws.advocates_recognition import RecognitionAnswer, recognition_answer
from goodword_aws.calls import Call, Role
from goodword_aws.explanations import spoken

if TYPE_CHECKING:
    from goodword_aws.http import Api  # the pages do without its resolver

READERS: frozenset[Role] = frozenset({"marketer", "admin", "finance"})
LOCALE = {"locale": "the language of what levels give, en or de; without it the person's own"}


def add_recognised(api: "Api") -> None:
    """Register both routes."""
    api.route(
        "GET",
        "/v1/me/programs/<program_id>/recognition",
        roles={"advocate"},
        answer=RecognitionAnswer,
        query=LOCALE,
    )(read_mine)
    api.route(
        "GET",
        "/v1/advocates/<advocate_id>/enrolments/<program_id>/recognition",
        roles=READERS,
        answer=RecognitionAnswer,
        query=LOCALE,
    )(read_theirs)


def read_mine(call: Call) -> RecognitionAnswer:
    """One's level, what the next one takes, every change of it, and the milestones."""
    return _read(call, call.advocate_id)


def read_theirs(call: Call) -> RecognitionAnswer:
    """The same of an advocate, for staff."""
    return _read(call, call.path["advocate_id"])


def _read(call: Call, advocate_id: str) -> RecognitionAnswer:
    locale = call.query.get("locale") or locale_of(call.desk, advocate_id)
    return recognition_answer(call.desk, advocate_id, call.path["program_id"], spoken(locale))
