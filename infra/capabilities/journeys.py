"""Signals come in with all other deliveries; this is what staff see of them."""

from infra.foundations import grants
from infra.foundations.ground import Ground


def add_journeys(ground: Ground) -> None:
    """Subjects, their standing and the model of scores."""
    api = ground.functions.make(
        "journeys_api",
        "Signals, standings and the model of scores",
        needs=("JOURNAL_TABLE", "CORE_TABLE", "INDEX_SECRET_ARN"),
        may=[
            grants.read(ground.tables.core),
            grants.query_index(ground.tables.core),
            grants.change(ground.tables.core),
            grants.append(ground.tables.journal),
            grants.read_secret(ground.secrets.index),
        ],
    )
    for path in ("/v1/subjects", "/v1/journeys"):
        ground.door.open(api, ["GET", "POST", "PUT"], path)
        ground.door.open(api, ["GET", "POST", "PUT"], f"{path}/{{proxy+}}")
