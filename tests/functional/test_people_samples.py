"""Every sample event of the people's functions goes through its real handler."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.api import Front, front
from tests.support.samples_people import settle_in

EVENTS = Path(__file__).parents[2] / "events"

EXPECTED = {
    ("programs_api", "list_programs"): 200,
    ("programs_api", "read_program"): 200,
    ("programs_api", "create_program"): 201,
    ("programs_api", "create_program_yaml"): 201,
    ("programs_api", "create_program_in_three_currencies"): 201,
    ("programs_api", "refused_terms_without_an_amount_in_yen"): "invalid_body",
    ("programs_api", "refused_budget_in_a_currency_of_no_version"): "bad_budget",
    ("programs_api", "refused_yaml_with_aliases"): "malformed_yaml",
    ("programs_api", "pause_program"): 200,
    ("programs_api", "read_budget"): 200,
    ("programs_api", "set_budget"): 200,
    ("programs_api", "refused_marketer_sets_budget"): "not_allowed",
    ("programs_api", "refused_budget_twice_a_month"): "invalid_body",
    ("programs_api", "refused_budget_per_order"): "invalid_body",
    ("programs_api", "put_rates"): 200,
    ("programs_api", "list_rates"): 200,
    ("programs_api", "list_rates_wanted"): 200,
    ("programs_api", "list_refunds_waiting"): 200,
    ("programs_api", "refused_marketer_states_rates"): "not_allowed",
    ("programs_api", "refused_rate_as_number"): "invalid_body",
    ("programs_api", "refused_rate_of_the_future"): "bad_rate",
    ("programs_api", "refused_rates_of_no_currency"): "unknown_currency",
    ("programs_api", "refused_source_abroad"): "currency_mismatch",
    ("programs_api", "create_source"): 201,
    ("programs_api", "create_source_stripe"): 201,
    ("programs_api", "rotate_secret"): 200,
    ("programs_api", "disable_source"): 200,
    ("programs_api", "put_webhook"): 200,
    ("programs_api", "read_webhook"): 200,
    ("programs_api", "rotate_webhook"): 200,
    ("programs_api", "webhook_off"): 200,
    ("programs_api", "webhook_deliveries"): 200,
    ("programs_api", "resend_webhook"): 200,
    ("programs_api", "refused_webhook_address"): "bad_webhook_url",
    ("programs_api", "refused_marketer_sets_webhook"): "not_allowed",
    ("programs_api", "refused_webhook_of_none"): "unknown_endpoint",
    ("programs_api", "refused_resend_webhook_sent"): "delivery_not_failed",
    ("programs_api", "refused_resend_webhook_unknown"): "unknown_delivery",
    ("programs_api", "list_deliveries"): 200,
    ("programs_api", "list_deliveries_done"): 200,
    ("programs_api", "refused_deliveries_of_no_kind"): "invalid_query",
    ("programs_api", "examples"): 200,
    ("programs_api", "acknowledgements"): 200,
    ("programs_api", "list_segments"): 200,
    ("programs_api", "refused_segments_of_no_program"): "unknown_program",
    ("programs_api", "promote"): 200,
    ("programs_api", "withdraw"): 200,
    ("programs_api", "refused_promote_by_its_author"): "same_person",
    ("programs_api", "refused_promote_no_pilot"): "no_open_pilot",
    ("programs_api", "refused_withdraw_in_force"): "version_stays",
    ("programs_api", "refused_finance_withdraws"): "not_allowed",
    ("programs_api", "refused_add_version"): "method_not_allowed",
    ("programs_api", "refused_examples_of_no_version"): "unknown_version",
    ("programs_api", "refused_wrong_terms"): "invalid_body",
    ("programs_api", "refused_without_key"): "idempotency_key_missing",
    ("programs_api", "refused_not_signed_in"): "not_signed_in",
    ("programs_api", "refused_analyst_writes"): "not_allowed",
    ("programs_api", "refused_advocate_reads_sources"): "not_allowed",
    ("programs_api", "refused_unknown_program"): "unknown_program",
    ("programs_api", "refused_secret_that_does_not_fit"): "bad_secret",
    ("programs_api", "refused_malformed"): "malformed_json",
    ("programs_api_drafts", "create_draft"): 201,
    ("programs_api_drafts", "create_rollback"): 201,
    ("programs_api_drafts", "list_drafts"): 200,
    ("programs_api_drafts", "read_draft"): 200,
    ("programs_api_drafts", "change_draft"): 200,
    ("programs_api_drafts", "discard_draft"): 204,
    ("programs_api_drafts", "ask_replay"): 202,
    ("programs_api_drafts", "read_replay"): 200,
    ("programs_api_drafts", "list_changes"): 200,
    ("programs_api_drafts", "refused_replay_of_the_future"): "bad_period",
    ("programs_api_drafts", "refused_replay_not_a_time"): "invalid_body",
    ("programs_api_drafts", "refused_no_replay"): "no_replay",
    ("programs_api_drafts", "refused_publish_by_its_author"): "same_person",
    ("programs_api_drafts", "refused_publish_by_its_mailbox"): "same_person",
    ("programs_api_drafts", "refused_publish_another_digest"): "draft_moved_on",
    ("programs_api_drafts", "refused_publish_unreplayed"): "replay_needed",
    ("programs_api_drafts", "refused_publish_replayed_too_briefly"): "replay_too_short",
    ("programs_api_drafts", "refused_terms_of_an_unknown_level"): "invalid_body",
    ("programs_api_drafts", "publish"): 201,
    ("programs_api_drafts", "publish_pilot"): 201,
    ("programs_api_drafts", "publish_pilot_of_a_segment"): 201,
    ("programs_api_drafts", "refused_pilot_of_an_empty_segment"): "segment_empty",
    ("programs_api_drafts", "refused_publish_too_early"): "notice_too_short",
    ("programs_api_drafts", "refused_pilot_of_strangers"): "not_in_the_programme",
    ("programs_api_drafts", "refused_exception_by_a_marketer"): "exception_needs_admin",
    ("programs_api_drafts", "refused_analyst_publishes"): "not_allowed",
    ("programs_api_drafts", "refused_wrong_terms"): "invalid_body",
    ("programs_api_drafts", "refused_terms_and_copy"): "terms_or_copy",
    ("programs_api_drafts", "refused_old_version"): "version_moved_on",
    ("programs_api_drafts", "refused_old_revision"): "draft_moved_on",
    ("programs_api_drafts", "refused_other_currency"): "currency_is_fixed",
    ("programs_api_drafts", "refused_analyst_writes"): "not_allowed",
    ("programs_api_drafts", "refused_advocate_reads"): "not_allowed",
    ("programs_api_drafts", "refused_unknown_draft"): "unknown_draft",
    ("advocates_api", "dashboard"): 200,
    **{("advocates_api", one): 200 for one in ("leaderboard", "show_me", "hide_me")},
    **{("advocates_api", one): 200 for one in ("staff_leaderboard", "set_leaderboard")},
    ("advocates_api", "refused_leaderboard_of_a_day"): "no_such_period",
    ("advocates_api", "refused_leaderboard_where_one_is_not"): "not_enrolled",
    ("advocates_api", "refused_show_me_nameless"): "no_board_name",
    ("advocates_api", "refused_analyst_reads_leaderboard"): "not_allowed",
    ("advocates_api", "dashboard_of_a_newcomer"): 200,
    ("advocates_api", "offer"): 200,
    ("advocates_api", "terms"): 200,
    ("advocates_api", "acknowledge"): 201,
    ("advocates_api", "refused_acknowledges_other_terms"): "unknown_version",
    ("advocates_api", "refused_acknowledges_without_joining"): "not_an_advocate",
    ("advocates_api", "enrol"): 201,
    ("advocates_api", "leave"): 200,
    ("advocates_api", "make_link"): 201,
    ("advocates_api", "list_links"): 200,
    **{("advocates_api", one): 200 for one in ("list_rewards", "hand_outs", "hand_outs_coming")},
    ("advocates_api", "examples"): 200,
    ("advocates_api", "list_unrewarded"): 200,
    ("advocates_api", "refused_foreign_explanation"): "unknown_reward",
    ("advocates_api", "payout_method"): 200,
    ("advocates_api", "profile"): 200,
    ("advocates_api", "put_profile"): 200,
    ("advocates_api", "refused_profile_of_no_zone"): "invalid_body",
    ("advocates_api", "refused_profile_of_other_letters"): "invalid_body",
    ("advocates_api", "consents"): 200,
    ("advocates_api", "ask_export"): 202,
    ("advocates_api", "read_export"): 200,
    ("advocates_api", "refused_export_file_of_none"): "no_export",
    ("advocates_api", "refused_export_of_a_newcomer"): "not_an_advocate",
    ("advocates_api", "erasure"): 200,
    ("advocates_api", "ask_erasure"): 202,
    ("advocates_api", "refused_erasure_of_somebody_else"): "invalid_body",
    ("advocates_api", "refused_nothing_to_take_back"): "nothing_to_take_back",
    ("advocates_api", "qr"): 200,
    ("advocates_api", "invite"): 201,
    ("advocates_api", "list_advocates"): 200,
    ("advocates_api", "read_advocate"): 200,
    ("advocates_api", "pause_advocate"): 200,
    ("advocates_api", "recognition"): 200,
    ("advocates_api", "read_recognition"): 200,
    ("advocates_api", "refused_recognition_where_one_is_not"): "not_enrolled",
    ("advocates_api", "refused_analyst_reads_recognition"): "not_allowed",
    ("advocates_api", "set_segments"): 200,
    ("advocates_api", "list_segment"): 200,
    ("advocates_api", "refused_segment_that_is_an_address"): "invalid_body",
    ("advocates_api", "refused_finance_sets_segments"): "not_allowed",
    ("advocates_api", "refused_segment_in_and_out"): "segment_added_and_removed",
    ("advocates_api", "refused_ban_without_notice"): "invalid_body",
    ("advocates_api", "refused_advocate_invites"): "not_allowed",
    ("advocates_api", "refused_invited_twice"): "already_enrolled",
    ("advocates_api", "refused_bad_email"): "bad_email",
    ("advocates_api", "refused_disclosure_not_acknowledged"): "invalid_body",
    ("advocates_api", "refused_other_terms"): "terms_changed",
    ("advocates_api", "refused_as_somebody_else"): "invalid_body",
    ("advocates_api", "refused_link_elsewhere"): "destination_not_allowed",
    ("advocates_api", "refused_reserved_code"): "code_taken",
    ("advocates_api", "refused_links_of_a_newcomer"): "not_an_advocate",
    ("advocates_api", "refused_foreign_qr"): "unknown_link",
    ("advocates_api", "refused_wrong_iban"): "bad_destination",
    ("advocates_api", "refused_analyst_lists_people"): "not_allowed",
    ("advocates_api", "refused_reason_in_words"): "invalid_body",
    ("advocates_api", "referral_form"): 200,
    ("advocates_api", "introduce"): 201,
    ("advocates_api", "my_introductions"): 200,
    ("advocates_api", "list_introductions"): 200,
    ("advocates_api", "read_introduction"): 200,
    ("advocates_api", "set_referral_form"): 200,
    ("advocates_api", "refused_introduced_already"): "introduced_already",
    ("advocates_api", "refused_introduce_unasked"): "friend_not_asked",
    ("advocates_api", "refused_introduce_unanswered"): "form_not_answered",
    ("advocates_api", "refused_introduce_no_address"): "bad_email",
    ("advocates_api", "refused_introduce_oneself"): "own_address",
    ("advocates_api", "refused_finance_reads_introduction"): "not_allowed",
    ("advocates_api", "refused_introductions_of_no_program"): "program_id_missing",
    ("advocates_api", "refused_form_asks_salary"): "invalid_body",
    ("advocates_api", "refused_unknown_introduction"): "unknown_introduction",
}


@pytest.fixture
def call() -> Iterator[Front]:
    with front() as found:
        settle_in(found)
        yield found


def test_every_sample_is_expected_and_every_expected_one_is_there() -> None:
    found = {
        (function, path.stem)
        for function in ("programs_api", "programs_api_drafts", "advocates_api")
        for path in (EVENTS / function).glob("*.json")
    }
    assert found == set(EXPECTED)
    refused = {case for case, answer in EXPECTED.items() if isinstance(answer, str)}
    assert refused == {case for case in found if case[1].startswith("refused_")}


@pytest.mark.parametrize(("function", "case"), sorted(EXPECTED))
def test_a_sample_is_answered_as_expected(call: Front, function: str, case: str) -> None:
    reply = call.sample(function, case)
    expected = EXPECTED[function, case]
    if isinstance(expected, int):
        assert reply.status == expected, reply.text
    else:
        assert (reply.code, reply.status >= 400) == (expected, True)
        assert reply.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("function", "case"), sorted(case for case, answer in EXPECTED.items() if answer == 201)
)
def test_a_sample_that_creates_something_does_it_once(
    call: Front, function: str, case: str
) -> None:
    first = call.sample(function, case)
    before = len(call.town.store.items)
    again = call.sample(function, case)
    assert len(call.town.store.items) == before
    assert again.status == 201
    shown = first.body | ({"signing_secret": None} if "signing_secret" in first.body else {})
    assert again.body == shown


def test_what_is_refused_changes_nothing(call: Front) -> None:
    before = dict(call.town.store.items)
    for function, case in EXPECTED:
        if case.startswith("refused_") and function.startswith("programs_api"):
            call.sample(function, case)
    assert call.town.store.items == before
