"""Who acts where two people are needed: two sign-ins of one mailbox are one person (I6)."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Who acts: the sign-in's subject, and the advocate that this person is, if any.

    `mark` is the keyed hash of the folded e-mail address: two sign-ins of one mailbox are one
    person. Empty where it is not known.
    """

    subject: str
    advocate_id: str | None
    mark: str = ""

    def is_one_of(self, *others: tuple[str | None, str]) -> bool:
        """Whether it is one of these, by subject or by mailbox."""
        return any(
            self.subject == subject or (self.mark != "" and self.mark == mark)
            for subject, mark in others
        )

    def wrote(self, editors: Collection[str], marks: Collection[str]) -> bool:
        """Whether it is one of those who wrote something, by subject or by mailbox."""
        return self.subject in editors or (self.mark != "" and self.mark in marks)


def with_mark(marks: tuple[str, ...], mark: str) -> tuple[str, ...]:
    """The mailboxes of those who wrote something, with one more if it is known."""
    return marks if mark in ("", *marks) else (*marks, mark)
