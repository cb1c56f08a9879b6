"""Where a version stands in its life, and what holds for an advocate next; asked of the clock.

scheduled -> in_force -> superseded        pilot -> in_force (promoted) | withdrawn
scheduled -> withdrawn                     scheduled -> superseded (by one that came before it)
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from goodword.programs.model import ProgramVersion, version_at

VersionState = Literal["scheduled", "pilot", "in_force", "superseded", "withdrawn"]


class Coming(NamedTuple):
    """What will hold from an instant on."""

    at_ms: int
    version: ProgramVersion


def state_of(
    version: ProgramVersion, versions: Sequence[ProgramVersion], now_ms: int
) -> VersionState:
    """The state of one of a programme's versions now."""
    if version.withdrawn_ms is not None and version.withdrawn_ms <= now_ms:
        return "withdrawn"
    if _superseded(version, versions, max(now_ms, version.effective_ms)):
        return "superseded"
    if version.effective_ms > now_ms:
        return "scheduled"
    return "in_force" if version.holds(now_ms) else "pilot"


def open_pilot(versions: Sequence[ProgramVersion], now_ms: int) -> ProgramVersion | None:
    """The pilot that has neither ended nor a date to end; there is at most one."""
    found = (
        one
        for one in versions
        if one.pilot is not None and one.promoted_ms is None and one.withdrawn_ms is None
    )
    return next((one for one in found if state_of(one, versions, now_ms) != "superseded"), None)


def scheduled(versions: Sequence[ProgramVersion], now_ms: int) -> tuple[ProgramVersion, ...]:
    """What has been announced for everybody and does not hold yet."""
    return tuple(
        one
        for one in versions
        if not one.holds(now_ms)
        and (one.effective_ms > now_ms or one.promoted_ms is not None)
        and state_of(one, versions, now_ms) in ("scheduled", "pilot")
    )


def coming(
    versions: Sequence[ProgramVersion], now_ms: int, advocate_id: str | None = None
) -> tuple[Coming, ...]:
    """Each change of what holds for this advocate (None: for everybody), soonest first."""
    times = {
        at_ms
        for one in versions
        for at_ms in (one.effective_ms, one.promoted_ms, one.withdrawn_ms)
        if at_ms is not None and at_ms > now_ms
    }
    before, found = version_at(versions, now_ms, advocate_id), list[Coming]()
    for at_ms in sorted(times):
        then = version_at(versions, at_ms, advocate_id)
        if then.number != before.number:
            found.append(Coming(at_ms, then))
        before = then
    return tuple(found)


def _superseded(version: ProgramVersion, versions: Sequence[ProgramVersion], at_ms: int) -> bool:
    return any(one.number > version.number and one.holds(at_ms) for one in versions)
