"""The leaderboard over the API: one's own wish, the first of a period, and the same for staff.

Answers of writes hold no name: they are remembered for repeated calls, where nothing personal is
kept.
"""

from typing import TYPE_CHECKING, Annotated

from goodword.advocates.board import Listing, Place, month_at
from goodword.advocates.boarding import Board, Boards, Counting, Row
from goodword.advocates.model import Enrolment, enrolment_key
from goodword.errors import NotFound
from goodword.limits import BOARD_NAME_MAX
from goodword.ports import Desk
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import Field, StringConstraints

from goodword_aws import wiring
from goodword_aws.calls import Call, Role

if TYPE_CHECKING:
    from goodword_aws.http import Api  # the pages do without its resolver

PERSON: frozenset[Role] = frozenset({"advocate"})
WRITERS: frozenset[Role] = frozenset({"marketer", "admin"})
WHICH = {
    "program_id": "of which programme",
    "period": "a month (2026-11), a year (2026) or all; without it this month",
}


class ShowMe(Value):
    """The name to be on the board by."""

    name: Annotated[str, StringConstraints(max_length=2 * BOARD_NAME_MAX)] = Field(repr=False)


class SetBoard(Value):
    """Whether the programme has a leaderboard. Who is on it stays, and may leave at any time."""

    is_open: bool


class BoardRulesAnswer(Value):
    """Whether the programme has one."""

    program_id: str
    is_open: bool


class MyListing(Value):
    """Whether one is on the board."""

    program_id: str
    shown: bool


class BoardRow(Value):
    """One line; whoever has as many as another has the same rank."""

    rank: int
    tied: bool
    name: str = Field(repr=False)
    orders: int
    mine: bool


class BoardAnswer(Value):
    """The first of a period. `my_name` is empty while one is not on the board.

    `more` says that others have as many as the last one shown. A board that is not open shows
    nobody.
    """

    program_id: str
    period: str
    is_open: bool
    rows: tuple[BoardRow, ...]
    more: bool
    my_name: str = Field(repr=False)


class StaffBoardRow(BoardRow):
    """The same for staff."""

    advocate_id: str


class StaffBoardAnswer(Value):
    """The first of a period, for staff."""

    program_id: str
    period: str
    is_open: bool
    rows: tuple[StaffBoardRow, ...]
    more: bool


class OwnBoard(Value):
    """What is kept for the leaderboard, for the person's own copy."""

    program_id: str
    leaderboard_name: str = Field(default="", repr=False)
    since: str | None = None
    period: str | None = None
    orders: int | None = None


def boards(desk: Desk) -> Boards:
    """The use cases; they open the names that people chose."""
    return Boards(desk, wiring.texts())


def board_answer(desk: Desk, advocate_id: str, program_id: str, period: str) -> BoardAnswer:
    """The board as somebody of the programme sees it. NotFound `not_enrolled` for others."""
    enrolment = desk.store.get(Enrolment, enrolment_key(advocate_id, program_id))
    if enrolment is None or enrolment.state != "active":
        raise NotFound("not_enrolled", "this advocate is not in this programme")
    found = _top(desk, program_id, period)
    return BoardAnswer(
        program_id=program_id,
        period=found.period,
        is_open=found.is_open,
        rows=tuple(_row(one, mine=one.standing.advocate_id == advocate_id) for one in found.rows),
        more=found.more,
        my_name=boards(desk).own(advocate_id, program_id),
    )


def _row(one: Row, *, mine: bool) -> BoardRow:
    standing = one.standing
    return BoardRow(
        rank=standing.rank, tied=standing.tied, name=one.name, orders=standing.orders, mine=mine
    )


def staff_board(desk: Desk, program_id: str, period: str) -> StaffBoardAnswer:
    """The board as staff see it."""
    found = _top(desk, program_id, period)
    return StaffBoardAnswer(
        program_id=program_id,
        period=found.period,
        is_open=found.is_open,
        rows=tuple(
            StaffBoardRow(
                **_row(one, mine=False).model_dump(), advocate_id=one.standing.advocate_id
            )
            for one in found.rows
        ),
        more=found.more,
    )


def own_boards(desk: Desk, advocate_id: str) -> list[OwnBoard]:
    """Everything that is kept about somebody for leaderboards."""
    rows = desk.store.query_mixed((Listing, Place), "core", f"ADV#{advocate_id}", "B#")
    found: list[OwnBoard] = []
    for one in rows:
        if isinstance(one, Listing):
            name, since = boards(desk).name_of(one), rfc3339(one.since_ms)
            found.append(OwnBoard(program_id=one.program_id, leaderboard_name=name, since=since))
        elif isinstance(one, Place):
            of = {"program_id": one.program_id, "period": one.period, "orders": one.orders}
            found.append(OwnBoard.model_validate(of))
    return found


def add_board(api: "Api") -> None:
    """Register the routes."""
    mine = "/v1/me/leaderboard/<program_id>"
    api.route("GET", "/v1/me/leaderboard", roles=PERSON, answer=BoardAnswer, query=WHICH)(read)
    api.route("PUT", mine, roles=PERSON, body=ShowMe, answer=MyListing)(show)
    api.route("POST", f"{mine}/leave", roles=PERSON, answer=MyListing)(hide)
    api.route(
        "GET", "/v1/advocates/leaderboard", roles=WRITERS, answer=StaffBoardAnswer, query=WHICH
    )(read_as_staff)
    api.route(
        "PUT",
        "/v1/advocates/leaderboard/<program_id>",
        roles=WRITERS,
        body=SetBoard,
        answer=BoardRulesAnswer,
    )(set_board)


def read(call: Call) -> BoardAnswer:
    """Who brought most orders, of those who said yes; ranks and ties, and nothing of earnings."""
    return board_answer(
        call.desk,
        call.advocate_id,
        call.query.get("program_id", "")[:64],
        call.query.get("period", ""),
    )


def show(call: Call) -> MyListing:
    """Be on the board by this name, or by another; the same again changes nothing."""
    program_id = call.path["program_id"]
    kept = MyListing(program_id=program_id, shown=True)
    boards(call.desk).show(call.advocate_id, program_id, call.body.name, lambda _: call.claim(kept))
    return kept


def hide(call: Call) -> MyListing:
    """Be on it no more, at once; name and numbers are removed."""
    program_id = call.path["program_id"]
    kept = MyListing(program_id=program_id, shown=False)
    Counting(call.desk).hide(call.advocate_id, program_id, lambda _: call.claim(kept))
    return kept


def read_as_staff(call: Call) -> StaffBoardAnswer:
    """The same with ids, for staff; it shows nobody else."""
    period, program_id = call.query.get("period", ""), call.query.get("program_id", "")[:64]
    return staff_board(call.desk, program_id, period)


def set_board(call: Call) -> BoardRulesAnswer:
    """Open or close a programme's leaderboard; whoever is on it is kept, and may leave."""
    program_id = call.path["program_id"]
    kept = BoardRulesAnswer(program_id=program_id, is_open=call.body.is_open)
    boards(call.desk).open(program_id, call.body.is_open, lambda _: call.claim(kept))
    return kept


def _top(desk: Desk, program_id: str, period: str) -> Board:
    return boards(desk).top(program_id, period or month_at(desk.clock.now_ms()))
