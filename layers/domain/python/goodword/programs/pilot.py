"""A pilot version holds for some advocates only, and who they are never changes while it runs.

Whether somebody is in it follows from the advocate's id and what the version says, so that the same
touch is pinned to the same version whenever it is told, in whatever order. A share is taken by a
digest of programme, number and id: another version draws other people. Of a segment it is those who
were in it when the version was published: their ids are kept with it.
"""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from goodword.ids import shard_of
from goodword.limits import PILOT_ADVOCATES_MAX
from goodword.records import Value

AdvocateId = Annotated[str, StringConstraints(pattern=r"^adv_[a-z0-9_]{1,40}$")]
PARTS = 10_000  # of which `percent` hundreds are in the pilot


class Pilot(Value):
    """Who a version is tried with: a share of all advocates, a list, or those of a segment.

    A segment without ids is a wish, which publication turns into the ids.
    """

    percent: int | None = Field(default=None, ge=1, le=99)
    segment: str = Field(default="", max_length=60, pattern=r"^[^\x00-\x1f\x7f<>@]*$")
    advocate_ids: tuple[AdvocateId, ...] = Field(default=(), max_length=PILOT_ADVOCATES_MAX)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.percent is None) == (not self.advocate_ids and not self.segment):
            raise ValueError("a pilot is for a percentage, a segment or a list of advocates")
        if len(set(self.advocate_ids)) != len(self.advocate_ids):
            raise ValueError("an advocate is named twice")
        return self

    def includes(self, program_id: str, number: int, advocate_id: str) -> bool:
        """Whether this advocate is in the pilot of this version; the same answer for ever."""
        if self.percent is None:
            return advocate_id in self.advocate_ids
        return shard_of(f"{program_id}#{number}#{advocate_id}", PARTS) < self.percent * 100
