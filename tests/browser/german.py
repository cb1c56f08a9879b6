"""Whoever reads German meets no English on any page of the story, data and codes aside."""

import re

from tests.browser.reading import Reader
from tests.unit.test_german import LITERAL, SAME

TEXTS = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode.parentElement;
    if (at && !at.closest('script, style, pre, textarea, .code, .written'))
      found.push(walk.currentNode.data);
  }
  for (const name of ['aria-label', 'title', 'alt', 'placeholder'])
    for (const one of document.querySelectorAll(`[${name}]`)) found.push(one.getAttribute(name));
  return found.map(one => one.replace(/\\s+/g, ' ').trim()).filter(one => one);
}"""
WORD = re.compile(r"[A-Za-z]{2}")
# What the story's people wrote or are called; languages by their own names.
DATA = re.compile(
    r"(Acme Coffee · )?(Acme Coffee|Friends of Acme)|Acme advocates|Journeys"
    r"|#ad I get a reward.*"
    r"|A friend told me.*|sales are good"
    r"|(Version \d: )?(first version|beans got dearer|longer holds <b>please</b>)"
    r"|(shopify|generic) of the walk-through|Deutsch|English"
    r"|Office coffee, gifts|Surveys of cafes|Shop of the walk|[A-Z][a-z]+/[A-Z][a-z]+|UTC"
    r"|Onboarding delight|Support rescue|Renewal|Promoters review us|Regulars tell"
    r"|Cafes that tell|Maya, who runs a cafe|Maya|Ben, roastery row|Cleo|Kim|Linden Offices"
    r"|(friend|regular|insider)( → (friend|regular|insider))?"
    r"|The first order over your link|Beans for 1,000 euros|A year with us"
    r"|Version \d|Shopify|m\*\*\*@p\*\*\*\.example|[a-z]+@people\.example|\(?[A-Z]{3}\)?"
)
AROUND = "←→·, "  # what leads to a name, or parts it from the next
# Ids, codes, hashes, addresses and names of the journal: the same to everybody.
CODE = re.compile(
    r"https?://\S+|arn:\S+|[0-9a-f]{8,}…?|[0-9a-f-]{36}|[a-z]{3}_[0-9a-z_-]+|[A-Z2-9]{7}"
    r"|(· )?system:\w+|[a-z]+(\.[a-z_-]+)+|\w+(:\S+){1,2}|(\w+=\d+ ?)+|[a-z]+/[a-z]+"
    r"|[a-z]+_[a-z_]+|findings"
)


# The style page shows names of colours; the town is the demo's own and speaks English.
ELSEWHERE = ("style", "town", "shop", "mailbox")


def texts(reader: Reader) -> set[str]:
    """All that can be read or heard on the page as it stands."""
    return set(reader.page.evaluate(TEXTS))


def left_in_english(english: set[str], german: set[str]) -> set[str]:
    """What both pages say alike, but for data, codes and words that are the same in both."""
    same = {one for one in english & german if WORD.search(one)}
    return {one for one in same if not _alike_in_both(one)}


def _alike_in_both(text: str) -> bool:
    plain = text.strip(AROUND)
    known = {text, plain} & (SAME | LITERAL)
    return bool(known or DATA.fullmatch(plain) or CODE.fullmatch(text))
