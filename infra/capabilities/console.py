"""The staff's pages: what the APIs of rewards, trust, payouts and programmes let their roles do.

One function has what those APIs have together, so what a person may do is decided where each page
is registered, by the same sets of roles. It holds no key of a rail, and seals a source's secret
without being able to open one.
"""

from infra.capabilities.portal import NEEDS, PAGE_LIMIT, PAGES
from infra.capabilities.programs import acknowledge_extracts
from infra.foundations import grants
from infra.foundations.acknowledged import acknowledge_wildcard, spelled
from infra.foundations.exports import BANK_FILES, EXTRACT_FILES
from infra.foundations.functions import Shape
from infra.foundations.ground import Ground


def add_console(ground: Ground) -> None:
    """One function for the whole console; who may do what is checked page by page."""
    cycle = ground.functions.settings["PAYOUT_CYCLE_ARN"]
    console = ground.functions.make(
        "console_web",
        "Pages of finance, marketing, analysts and admins",
        needs=(
            *NEEDS,
            "ARRIVALS_TABLE",
            "KEYS_TABLE",
            "VAULT_KEY_ARN",
            "PAYOUT_CYCLE_ARN",
            "EXPORTS_BUCKET",
        ),
        may=[
            grants.read(ground.tables.core),
            grants.query_index(ground.tables.core),
            grants.query_index(ground.tables.arrivals),
            grants.table_items(ground.tables.arrivals, "GetItem", "PutItem"),
            grants.change(ground.tables.core, checks=True, deletes=True),
            grants.append(ground.tables.journal),
            grants.read(ground.tables.journal),
            grants.table_items(ground.tables.keys, "GetItem", "PutItem"),
            grants.use_key(ground.at, ground.secrets.vault_key, "GenerateDataKey", "Decrypt"),
            grants.use_key(
                ground.at,
                ground.secrets.vault_key,
                "GenerateDataKey",
                purposes=["source", "webhook"],
            ),
            grants.read_secret(ground.secrets.index),
            grants.read_secret(ground.secrets.page),
            grants.get_files(ground.exports, EXTRACT_FILES),
            grants.get_files(ground.exports, BANK_FILES),
            grants.find_accounts(ground.identity.pool),
            grants.list_staff(ground.identity.pool),
            grants.start(cycle),
            grants.answer(ground.at, ground.machines.arn("payout_cycle")),
            grants.answer(ground.at, ground.machines.arn("reward_approval")),
            grants.answer(ground.at, ground.machines.arn("journey")),
        ],
        shape=Shape(memory_mb=1024),
    )
    acknowledge_extracts(ground, console)
    acknowledge_wildcard(
        console.role,
        f"{spelled(ground.exports, 'Arn')}/{BANK_FILES}*",
        "The files for the bank of all runs lie below this prefix; finance alone is handed one.",
    )
    for path in ("/console", "/console/{proxy+}"):
        ground.door.open(console, PAGES, path, public=True, limit=PAGE_LIMIT)
