"""A change of terms in plain words: what was, what will be; the same for staff, pages and mail.

Rules and limits are said by the voice that explains rewards, so a change is described in the words
in which it will be explained. What has no words of its own is said by its path.
"""

import json
from collections.abc import Iterator
from dataclasses import replace

from pydantic import JsonValue as Json

from goodword.languages import filled
from goodword.programs.amounts import SUFFIX
from goodword.programs.changes import TermsDifference, differences
from goodword.programs.model import Terms
from goodword.programs.parts import PartWords, is_told, part_of, part_text
from goodword.records import Value
from goodword.rewards.explain_rules import rule_text
from goodword.rewards.explain_words import Voice


class ChangeWords(Value):
    """The words of one language. `fields` are labels by path, most specific first; `values` are
    words by path and value (`payment.cadence.monthly`).

    `rule_prefix` is how a rule begins when it stands alone; here it follows on other words.
    """

    locale: str
    rule_prefix: str
    rule: str
    rule_new: str
    rule_gone: str
    rules_order: str
    caps: str
    field: str
    whole: str
    fields: dict[str, str]
    values: dict[str, str]
    parts: PartWords
    days: str
    yes: str
    no: str
    none: str
    nothing: str
    endings: dict[str, str]
    current: str
    coming: str


def in_words(
    before: Terms, after: Terms, voice: Voice, words: ChangeWords, *, for_advocate: bool = False
) -> tuple[str, ...]:
    """One sentence per thing that changes; a rule is one thing, all limits are."""
    found, said = differences(before, after), dict[str, str]()
    for one in found:
        top, _, rest = one.path.partition(".")
        if for_advocate and not is_told(one, before, after):
            continue
        if top == "rules" and rest != "order":
            rule_id = rest.split(".")[0]
            said.setdefault(f"rules.{rule_id}", _rule(rule_id, before, after, voice, words))
        elif top == "caps":
            was, will = (_caps(terms, voice) for terms in (before, after))
            said.setdefault("caps", words.caps.format(before=was, after=will))
        elif top == "cancellation":
            was, will = (_ending(terms, words) for terms in (before, after))
            label = words.fields["cancellation"]
            said.setdefault(top, words.field.format(label=label, before=was, after=will))
        elif texts := _whole(part_of(one.path), before, after, voice, words):
            said.setdefault(part_of(one.path), texts)
        else:
            said[one.path] = _field(one, voice, words)
    return tuple(said.values())


def _ending(terms: Terms, words: ChangeWords) -> str:
    """What the end of a subscription takes."""
    ending = terms.cancellation
    return (
        filled(words.endings[ending.takes], {"days": ending.within_days}) if ending else words.none
    )


def rules_in_words(terms: Terms, voice: Voice, words: ChangeWords) -> str:
    """All that one can earn, in a line: the rules and the limit."""
    rules = [_said(terms, rule.rule_id, voice, words) for rule in terms.rules]
    return " ".join([*rules, _caps(terms, voice)])


def _rule(rule_id: str, before: Terms, after: Terms, voice: Voice, words: ChangeWords) -> str:
    was, will = (_said(terms, rule_id, voice, words) for terms in (before, after))
    if not was:
        return words.rule_new.format(after=will)
    if not will:
        return words.rule_gone.format(before=was)
    return words.rule.format(before=was, after=will)


def _said(terms: Terms, rule_id: str, voice: Voice, words: ChangeWords) -> str:
    said = []
    for read, speaker in _readings(terms, voice):
        found = next((rule for rule in read.rules if rule.rule_id == rule_id), None)
        said += [rule_text(found, speaker).removeprefix(words.rule_prefix)] if found else []
    return " / ".join(dict.fromkeys(said))


def _caps(terms: Terms, voice: Voice) -> str:
    said = [" ".join(speaker.caps(read.caps)) for read, speaker in _readings(terms, voice)]
    return " / ".join(dict.fromkeys(said))


def _readings(terms: Terms, voice: Voice) -> Iterator[tuple[Terms, Voice]]:
    """The terms as they read in each currency that they take; what reads the same is said once."""
    for currency in (terms.currency, *terms.accepted):
        yield terms.in_currency(currency), replace(voice, currency=currency)


def _whole(part: str, before: Terms, after: Terms, voice: Voice, words: ChangeWords) -> str:
    """A part that is told as a whole; empty if it is none, or reads the same as before."""
    was, will = (
        part_text(part, terms, voice, words.parts) if part else "" for terms in (before, after)
    )
    if was == will:
        return ""
    label = words.fields[part.partition(".")[0]]
    return words.whole.format(label=label, before=was or words.none, after=will or words.none)


def _field(one: TermsDifference, voice: Voice, words: ChangeWords) -> str:
    if one.path == "rules.order":
        return words.rules_order
    before, after = (_value(one.path, side, voice, words) for side in (one.before, one.after))
    parts = one.path.split(".")
    tries = (".".join(parts[: end + 1]) for end in reversed(range(len(parts))))
    label = next((words.fields[name] for name in tries if name in words.fields), one.path)
    return words.field.format(label=label, before=before, after=after)


def _value(path: str, value: Json, voice: Voice, words: ChangeWords) -> str:
    if value in (None, [], {}):
        return words.none
    if isinstance(value, list):
        return ", ".join(_value(path, each, voice, words) for each in value)
    if (name := f"{path}.{value}") in words.values or isinstance(value, bool):
        return words.values.get(name) or (words.yes if value else words.no)
    if isinstance(value, dict) and path.endswith(SUFFIX):
        each = (voice.money(int(str(amount)), code) for code, amount in value.items())
        return ", ".join(each)
    if isinstance(value, int):
        return _number(path, value, voice, words)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _number(path: str, value: int, voice: Voice, words: ChangeWords) -> str:
    """An amount of the programme's currency or of the one that the path names, days, a count."""
    name, _, last = path.rpartition(".")
    if name.endswith(SUFFIX):
        return voice.money(value, last)
    if path.endswith("_minor"):
        return voice.money(value)
    return filled(words.days, {"days": value}) if path.endswith("_days") else str(value)
