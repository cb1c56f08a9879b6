"""Staff write programme versions and sources; a source's secret goes in and never comes out."""

from infra.foundations import grants
from infra.foundations.ground import Ground

DRAFTS = "/v1/programs/{program_id}/drafts"
READ_AND_WRITE = ("GET", "POST", "PUT", "PATCH", "DELETE")


def add_programs(ground: Ground) -> None:
    """The API of programmes and sources. POST to a source itself is the public's (conversions)."""
    desk = ground.functions.make(
        "programs_api",
        "Programme versions and sources",
        needs=("ARRIVALS_TABLE", "JOURNAL_TABLE", "CORE_TABLE", "VAULT_KEY_ARN", "PUBLIC_URL"),
        may=[
            grants.read(ground.tables.core),
            grants.query_index(ground.tables.core),
            grants.query_index(ground.tables.arrivals),
            grants.change(ground.tables.core),
            grants.append(ground.tables.journal),
            grants.use_key(
                ground.at, ground.secrets.vault_key, "GenerateDataKey", purposes=["source"]
            ),
        ],
    )
    for path in ("/v1/programs", "/v1/programs/{proxy+}"):
        ground.door.open(desk, READ_AND_WRITE, path)
    drafts = ground.functions.make(
        "programs_api_drafts",
        "Drafts of programme versions, their replay and publication",
        needs=("JOURNAL_TABLE", "CORE_TABLE"),
        may=[
            grants.read(ground.tables.core),
            grants.change(ground.tables.core),
            grants.append(ground.tables.journal),
        ],
    )
    for path in (DRAFTS, f"{DRAFTS}/{{proxy+}}"):
        ground.door.open(drafts, READ_AND_WRITE, path)
    ground.door.open(desk, ("GET", "POST"), "/v1/sources")
    ground.door.open(desk, ("GET", "PUT", "PATCH", "DELETE"), "/v1/sources/{source_id}")
    ground.door.open(desk, READ_AND_WRITE, "/v1/sources/{source_id}/{proxy+}")
