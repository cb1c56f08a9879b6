"""A handler finds in its environment what it requires at import, and not what it cannot use."""

from pathlib import Path

import pytest

from tests.infra import handlers
from tests.infra.reading import Template

HANDLERS = sorted((Path(__file__).resolve().parents[2] / "functions").glob("*/handler.py"))
KNOWN = {
    "GOODWORD_STAGE",
    "ARRIVALS_TABLE",
    "JOURNAL_TABLE",
    "CORE_TABLE",
    "KEYS_TABLE",
    "BUS_NAME",
    "VAULT_KEY_ARN",
    "CLICK_SECRET_ARN",
    "INDEX_SECRET_ARN",
    "REWARD_APPROVAL_ARN",
    "PAYOUT_CYCLE_ARN",
    "JOURNEY_ARN",
    "EXPORTS_BUCKET",
    "SEALS_BUCKET",
    "SEAL_KEY_ARN",
    "RAIL_KEYS_ARN",
    "RAIL_SIGNS_ARN",
    "CRM_KEYS_ARN",
    "FALLBACK_URL",
    "PUBLIC_URL",
    "MAIL_SENDER",
    "RAIL_SIMULATOR_URL",
    "CLOCK_FILE",
    "USER_POOL_ID",
    "PAGES_CLIENT_ID",
    "PAGE_SECRET_ARN",
    "EDGE_SIGN",
    "EMBED_ORIGINS",
    "SIGN_IN_URL",
}
TABLES = {
    "ARRIVALS_TABLE": "Arrivals",
    "JOURNAL_TABLE": "Journal",
    "CORE_TABLE": "Core",
    "KEYS_TABLE": "Keys",
}


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda path: path.parent.name)
def test_what_a_handler_requires_is_set(prod: Template, handler: Path) -> None:
    settings = prod.function(handler.parent.name)["Environment"]["Variables"]
    assert handlers.settings_of(handler) <= set(settings)


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda path: path.parent.name)
def test_a_table_is_named_exactly_where_the_role_may_use_it(prod: Template, handler: Path) -> None:
    directory = handler.parent.name
    settings = prod.function(directory)["Environment"]["Variables"]
    named = {TABLES[name] for name in settings if name in TABLES}
    usable = {
        prefix
        for prefix in TABLES.values()
        for action, resource in prod.may(directory)
        if resource.startswith(f"<{prod.named('AWS::DynamoDB::Table', prefix)}.Arn>")
    }
    assert named == usable


def test_settings_are_those_of_the_architecture_page(prod: Template) -> None:
    for properties in prod.of_type("AWS::Lambda::Function").values():
        settings = set(properties["Environment"]["Variables"])
        assert settings <= KNOWN
        assert {"GOODWORD_STAGE", "CLOCK_FILE"} <= settings
