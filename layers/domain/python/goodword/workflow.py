"""A workflow that waits for people is resumed by a token that never leaves the server.

The token is not the permission: whether anything may happen is decided by the records at the commit
(I6), and the workflow is only told afterwards. A token that is gone is therefore never an error.
"""

from typing import ClassVar, Protocol

from pydantic import Field

from goodword.records import Key, Record


class TaskToken(Record):
    """The Step Functions callback of one wait (`name`) of one subject (a reward, a run)."""

    KIND: ClassVar[str] = "task_token"

    subject_id: str
    name: str
    token: str = Field(repr=False)
    given_ms: int

    @property
    def key(self) -> Key:
        return token_key(self.subject_id, self.name)


def token_key(subject_id: str, name: str) -> Key:
    """Where the callback of a wait is."""
    return Key("core", f"TASK#{subject_id}", f"TOKEN#{name}")


class Workflow(Protocol):
    """Resumes a waiting execution; False when there is nothing to resume any more."""

    def resume(self, token: str, answer: dict[str, str]) -> bool: ...
