"""The forms of the advocates' pages: text as browsers send it, checked where it stands."""

from typing import Annotated, Literal

from goodword.programs.payment import RailName
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from goodword_aws.advocates import PersonName
from goodword_aws.forms import Label, ProgramId


def _whole(text: object) -> object:
    """A whole number as a form sends it."""
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() else text


class Form(BaseModel):
    """What a form holds; the names that it does not know have been left out before."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Join(Form):
    """Both boxes must be ticked."""

    accept_terms_version: Annotated[int, BeforeValidator(_whole), Field(ge=1, le=999_999)]
    terms: Literal["yes"]
    disclosure: Literal["yes"]
    name: PersonName = Field(default="", repr=False)


class NewLink(Form):
    """A further link."""

    program_id: ProgramId
    label: Label = ""
    vanity: Annotated[str, StringConstraints(max_length=20)] | None = None


Said = Annotated[str, StringConstraints(max_length=200)]


class NewMethod(Form):
    """How to be paid; which fields are needed is for the domain to say."""

    rail: RailName
    name: Said = Field(default="", repr=False)
    iban: Said = Field(default="", repr=False)
    receiver: Said = Field(default="", repr=False)
    email: Said = Field(default="", repr=False)
    country: Said = Field(default="", repr=False)
    account: Said = Field(default="", repr=False)
    customer: Said = Field(default="", repr=False)

    @property
    def destination(self) -> dict[str, str]:
        """What was filled in."""
        said = self.model_dump(exclude={"rail"})
        return {name: text for name, text in said.items() if text}


class Leaving(Form):
    """Which programme."""

    program_id: ProgramId


class Read(Form):
    """A version that one has read."""

    program_id: ProgramId
    version: Annotated[int, BeforeValidator(_whole), Field(ge=1, le=999_999)]
