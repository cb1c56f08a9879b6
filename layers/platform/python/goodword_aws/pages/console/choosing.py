"""Which programme a page of the console is about."""

from collections.abc import Sequence
from typing import NamedTuple

from goodword.limits import PAGE_ITEMS_MAX
from goodword.programs.model import Program
from goodword.programs.service import Programs

from goodword_aws.pages.view import View


class Choice(NamedTuple):
    """The programmes, and the one that the page is about; None while there are none."""

    programs: Sequence[Program]
    chosen: Program | None

    @property
    def program_id(self) -> str:
        """The chosen one's id; empty while there is none."""
        return self.chosen.program_id if self.chosen else ""


def choice_of(view: View) -> Choice:
    """The programme that the form or the address names, or else the first."""
    programs = Programs(view.desk).list(PAGE_ITEMS_MAX, None).rows
    asked = view.form.get("program_id") or view.query.get("program", "")
    chosen = next((one for one in programs if one.program_id == asked), None)
    return Choice(programs, chosen or (programs[0] if programs else None))
