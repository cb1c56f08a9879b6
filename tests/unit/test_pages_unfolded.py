"""A form within what unfolds is there to be seen once it was refused."""

import re
from importlib import resources

FOLDED = re.compile(
    r"(?P<tag><details\b(?:\{%.*?%\}|[^>{])*>)<summary>(?:(?!</details>).)*?"
    r'<form method="post" action="(?P<action>[^"]*)"',
    re.DOTALL,
)


def test_every_folded_form_opens_when_it_was_refused() -> None:
    found = 0
    for face in ("console", "portal"):
        folder = resources.files("goodword_aws.pages").joinpath("templates", face)
        for file in folder.iterdir():
            text = file.read_text("utf-8")
            assert text.count("<details") == len(
                re.findall(r"<details\b(?:\{%.*?%\}|[^>{])*>", text)
            )
            for form in FOLDED.finditer(text):
                found += 1
                told = (file.name, form["action"])
                assert re.search(r"page\.refused\(|mine %|page\.sent", form["tag"]), told
    assert found > 20, found
