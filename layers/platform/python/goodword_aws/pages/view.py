"""A View is one request for a page that has been parsed; a page answers with one of four shapes.

Who is signed in comes from the verified ID token of the session cookie, never from the address or
the form. A form's fields are text; `fields` checks them against a model and tells what is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from goodword.claims import CLAIM_SECONDS, Claim, key_hash
from goodword.errors import NotAllowed, NotAuthentic
from goodword.ports import Desk
from pydantic import BaseModel, ValidationError

from goodword_aws.calls import PageAsked, Principal
from goodword_aws.pages.reader import Reader
from goodword_aws.problems import refused_body

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Sheet:
    """A page: the template's name (`portal/home.html`) and what it shows.

    `told_once`: it holds a secret that no other page shows again, so nothing on it leads away
    unasked, not even to another language.
    """

    template: str
    data: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    told_once: bool = False


@dataclass(frozen=True)
class Go:
    """See there (303). `note` is a phrase's key that the next page shows once, e.g. `note.saved`.

    `path` begins with one slash: pages never send people to an address that a request named.
    """

    path: str
    note: str = ""


@dataclass(frozen=True)
class Leave:
    """See there, on another host that the installation's settings name: the sign-in page."""

    url: str
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True)
class File:
    """Bytes to show or, with a `filename`, to save. `keep` lets browsers keep it for a year."""

    content: bytes = field(repr=False)
    content_type: str
    filename: str = ""
    keep: bool = False


Answer = Sheet | Go | Leave | File


@dataclass
class View:
    """What a page's function gets. `form` has the first value of each field, trimmed."""

    principal: Principal | None
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str] = field(repr=False)
    page: PageAsked
    reader: Reader
    desk: Desk
    request_id: str
    here: str
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    request_hash: str = field(default="", repr=False)
    once: str = ""
    goes_to: str = ""
    claim_taken: bool = False

    @property
    def person(self) -> Principal:
        """Who is signed in. Raises NotAuthentic `not_signed_in`."""
        if self.principal is None:
            raise NotAuthentic("not_signed_in", "this page needs a signed-in person")
        return self.principal

    @property
    def advocate_id(self) -> str:
        """The reader's own advocate id. Raises NotAllowed `not_an_advocate`."""
        if (own := self.person.advocate_id) is None:
            raise NotAllowed("not_an_advocate", "you are not enrolled as an advocate")
        return own

    def text(self, key: str, **values: object) -> str:
        """A phrase in the reader's language."""
        return self.reader.text(key, **values)

    def fields(self, model: type[M], **more: object) -> M:
        """The form as a model, with `more` on top. Raises InvalidInput with the fields' names.

        Boxes and hidden machinery (`_...`) are left out unless the model names them; an empty text
        counts as not given, so that a field may have a default.
        """
        sent = {name: said for name, said in self.form.items() if name in model.model_fields}
        given: dict[str, object] = {name: said for name, said in sent.items() if said != ""}
        try:
            return model.model_validate({**given, **more})
        except ValidationError as wrong:
            raise refused_body(wrong) from None

    def claim(self, path: str) -> Claim:
        """The record that makes this form count once, for a use case's own Change.

        `path` is where the reader goes after it: a repeat of the form is sent there at once.
        """
        self.claim_taken = True
        return self.claim_of(path)

    def claim_of(self, path: str) -> Claim:
        """The same, without saying that a use case stores it."""
        return Claim(
            principal=self.person.subject,
            key_hash=key_hash(self.once),
            request_hash=self.request_hash,
            status=303,
            answer=path,
            keep_s=self.desk.clock.now_ms() // 1_000 + CLAIM_SECONDS,
        )
