"""A hand-over that is somebody's from the start is that of a colleague who may work on it.

Whoever else it named could neither take nor close it, and nobody but an admin could give it back.
Where the directory does not answer nothing is refused for it: a publication would wait for another
system, and an admin can give such a hand-over back. The draft says that it was not looked up.
"""

from typing import Protocol

from goodword.errors import FieldError
from goodword.journeys.definition import HandOver, JourneyTerms, StaffRole


class Staff(Protocol):
    """The directory of the installation's staff."""

    def working_as(self, role: StaffRole) -> frozenset[str] | None:
        """The sign-ins that work on hand-overs of a role; None while nobody can tell."""


class Unlisted:
    """No directory at hand: nobody can tell."""

    def working_as(self, _role: StaffRole) -> None:
        return None


NO_DIRECTORY = Unlisted()


def strangers(terms: JourneyTerms, staff: Staff) -> list[FieldError]:
    """Each assignee who does not have the role of their hand-over."""
    return [
        _said(place, one, "unknown_assignee", f"no sign-in of this id has the role {one.role}")
        for place, one in _named(terms)
        if (known := staff.working_as(one.role)) is not None and one.assignee not in known
    ]


def unchecked(terms: JourneyTerms, staff: Staff) -> list[FieldError]:
    """Each assignee of whom nobody can tell at present."""
    return [
        _said(place, one, "assignee_unchecked", "the directory of staff does not answer")
        for place, one in _named(terms)
        if staff.working_as(one.role) is None
    ]


def _named(terms: JourneyTerms) -> list[tuple[int, HandOver]]:
    steps = enumerate(terms.steps)
    return [(place, one) for place, one in steps if isinstance(one, HandOver) and one.assignee]


def _said(place: int, step: HandOver, code: str, why: str) -> FieldError:
    bounds = (("role", step.role),)
    return FieldError(f"steps.{place}.assignee", f"{code}: {why}", code, bounds)
