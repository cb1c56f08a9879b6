"""Every step and every reason has its words in both languages, and no threshold."""

from typing import get_args

import pytest
from goodword.trust.banning import BAN_CODES, Ban
from goodword.trust.dispute import RESOLVE_CODES, About, Dispute
from goodword.trust.words import ban_told, dispute_told
from goodword_aws.earnings import words
from goodword_aws.trust import trust_words

AT = 1_763_800_000_000
OPEN = Dispute(
    dispute_id="dsp_1",
    advocate_id="adv_1",
    program_id="prg_1",
    about="missing_conversion",
    opened_ms=AT,
    changed_ms=AT,
    due_ms=AT + 7 * 86_400_000,
)
STEPS = {
    "our_turn": OPEN,
    "escalated": OPEN.but(escalations=1),
    "your_turn": OPEN.but(state="answered", turn="advocate"),
    "withdrawn": OPEN.but(state="withdrawn", reason="own_wish"),
    **{
        f"resolved_{outcome}": OPEN.but(state="resolved", outcome=outcome, reason="goodwill")
        for outcome in ("granted", "partly", "upheld")
    },
}


@pytest.mark.parametrize("locale", ["en", "de"])
def test_every_step_and_reason_is_said(locale: str) -> None:
    said = trust_words(locale)
    assert set(said.disputes) == set(STEPS)
    assert set(said.reasons) == set(RESOLVE_CODES) - {"other"}
    assert set(said.conduct) == set(BAN_CODES)
    assert set(said.about) == set(get_args(About))
    for name, dispute in STEPS.items():
        told = dispute_told(dispute, said, words(locale))
        assert told.fact.startswith(said.disputes[name].fact.partition("{")[0]), name
        assert told.action.startswith(said.disputes[name].action.partition("{")[0]), name
        assert told.fact
        assert told.action
        assert "{" not in told.fact + told.reason + told.action, name
        assert told.date_ms == (AT if dispute.is_over else dispute.due_ms)


@pytest.mark.parametrize("locale", ["en", "de"])
def test_a_ban_says_what_stays_and_until_when_to_appeal(locale: str) -> None:
    ban = Ban(
        advocate_id="adv_1",
        program_id="prg_1",
        reason="spam",
        since_ms=AT,
        banned_ms=AT,
        banned_by="sub",
        appeal_until_ms=AT + 86_400_000,
    )
    told = ban_told(ban, trust_words(locale), words(locale))
    assert trust_words(locale).conduct["spam"] in told.reason
    assert "{" not in told.fact + told.reason + told.action
    assert ban_told(ban.but(state="lifted"), trust_words(locale), words(locale)).fact
