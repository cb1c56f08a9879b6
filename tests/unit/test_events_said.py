"""What happened is said in words on the audit's page; a type that is told from code has some."""

import re
from pathlib import Path

from goodword_aws.pages.reader import phrases

DOMAIN = Path(__file__).parents[2] / "layers/domain/python/goodword"
TOLD = re.compile(r'\b_?event\(\s*"([a-z_]+\.[a-z_]+)"')


def test_every_event_that_is_told_by_its_whole_name_has_words() -> None:
    told = {name for path in DOMAIN.rglob("*.py") for name in TOLD.findall(path.read_text("utf-8"))}
    assert len(told) > 40
    words = phrases("en")
    assert {name for name in told if f"event.{name.replace('.', '_')}" not in words} == set()
