"""The forms of a page as people fill them in: what can be typed, ticked or chosen, and what stands.

A form is told from others to the same address by its hidden fields, as a reader tells it by its
place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

KINDS = {"date": "2026-02-03", "email": "kept@mail.example", "url": "https://kept.example/hook"}
PATTERNS = {"[A-Z]{3}": "USD", "[a-z][a-z0-9_]{1,59}": "kept_reason"}
BOXES = ("checkbox", "radio")


@dataclass
class Control:
    """Something to fill in. `choices` are those of a select or of radio buttons."""

    name: str
    kind: str
    value: str = ""
    choices: list[str] = field(default_factory=list)
    invalid: bool = False
    numeric: bool = False
    pattern: str = ""
    id: str = ""

    def another(self) -> str:
        """What a person could put there instead of what stands; empty: an empty box."""
        if self.kind == "checkbox":
            return "" if self.value else self.choices[0]
        if self.choices:
            return next((one for one in reversed(self.choices) if one != self.value), self.value)
        line = KINDS.get(self.kind) or PATTERNS.get(self.pattern)
        return line or ("7" if self.numeric else f"Kept {self.name}")

    def wrong(self) -> str:
        """What no form takes: too long for a line, or none of the choices."""
        return "no such choice" if self.choices else "W" * 70_000


@dataclass
class Form:
    """A form that is posted."""

    action: str
    hidden: dict[str, str] = field(default_factory=dict)
    controls: dict[str, Control] = field(default_factory=dict)

    @property
    def own(self) -> dict[str, str]:
        """The hidden fields that tell it from another to the same address."""
        return {name: said for name, said in self.hidden.items() if not name.startswith("_")}

    def filled(self) -> dict[str, str]:
        """Every control with something else than it has."""
        return {name: one.another() for name, one in self.controls.items()}

    def standing(self) -> dict[str, str]:
        """What stands in every control."""
        return {name: one.value for name, one in self.controls.items()}


def sent(form: Form, said: Mapping[str, str]) -> dict[str, str]:
    """What a browser posts: an empty box is not sent."""
    boxes = {name for name, one in form.controls.items() if one.kind in BOXES}
    return form.hidden | {name: text for name, text in said.items() if text or name not in boxes}


def forms_of(html: str) -> list[Form]:
    """Every form of a page that is posted."""
    reading = _Reading()
    reading.feed(html)
    return reading.forms


def same_form(html: str, form: Form) -> Form | None:
    """The form of another page that is this one."""
    mine = (one for one in forms_of(html) if one.action == form.action and one.own == form.own)
    return next(mine, None)


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._open: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(said["action"]) if said.get("method") == "post" else None
            self.forms += [self._form] if self._form else []
        elif self._form and tag in ("input", "select", "textarea"):
            self._control(self._form, tag, said)
        elif self._open and tag == "option":
            self._open.choices.append(said["value"])
            if "selected" in said or len(self._open.choices) == 1:  # as browsers do: the first one
                self._open.value = said["value"]

    def _control(self, form: Form, tag: str, said: Mapping[str, str]) -> None:
        name, kind = said["name"], said.get("type", "text") if tag == "input" else tag
        if kind == "hidden":
            form.hidden[name] = said["value"]
            return
        one = form.controls.setdefault(name, Control(name, kind))
        one.invalid |= "aria-invalid" in said and "aria-describedby" in said
        one.id = said.get("id", "")
        one.numeric = said.get("inputmode") in ("numeric", "decimal")
        one.pattern = said.get("pattern", "")
        if kind in BOXES:
            one.choices.append(said.get("value", "on"))
            one.value = one.choices[-1] if "checked" in said else one.value
        else:
            one.value = said.get("value", "")
        self._open = one if tag in ("select", "textarea") else None

    def handle_data(self, data: str) -> None:
        if self._open and self._open.kind == "textarea":
            self._open.value += data

    def handle_endtag(self, tag: str) -> None:
        self._form = None if tag == "form" else self._form
        self._open = None if tag in ("select", "textarea") else self._open
