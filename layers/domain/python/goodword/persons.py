"""Who acts where two people are needed: two sign-ins of one mailbox are one person (I6)."""

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
