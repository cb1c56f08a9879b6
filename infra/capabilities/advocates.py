"""The only API that meets personal fields: it opens, seals and forgets a person's vault item."""

from infra.foundations import grants
from infra.foundations.ground import Ground

READ_AND_WRITE = ("GET", "POST", "PUT")


def add_advocates(ground: Ground) -> None:
    """The API of advocates, of their links and of the signed-in person."""
    desk = ground.functions.make(
        "advocates_api",
        "Enrolment, links, dashboards, payout methods",
        needs=(
            "JOURNAL_TABLE",
            "CORE_TABLE",
            "KEYS_TABLE",
            "VAULT_KEY_ARN",
            "INDEX_SECRET_ARN",
            "PUBLIC_URL",
            "PAGE_SECRET_ARN",
        ),
        may=[
            grants.read(ground.tables.core),
            grants.query_index(ground.tables.core),
            grants.change(ground.tables.core, checks=True, deletes=True),
            grants.append(ground.tables.journal),
            grants.read(ground.tables.journal),
            grants.table_items(ground.tables.keys, "GetItem", "PutItem"),
            grants.use_key(ground.at, ground.secrets.vault_key, "GenerateDataKey", "Decrypt"),
            grants.read_secret(ground.secrets.index),
            grants.read_secret(ground.secrets.page),
        ],
    )
    for path in ("/v1/me", "/v1/advocates", "/v1/links"):
        ground.door.open(desk, READ_AND_WRITE, path)
        ground.door.open(desk, READ_AND_WRITE, f"{path}/{{proxy+}}")
