"""The advocates' and the public's pages: what the API lets a person do with their own things."""

from infra.foundations import grants
from infra.foundations.acknowledged import acknowledge_wildcard
from infra.foundations.front_door import Limit
from infra.foundations.functions import Shape
from infra.foundations.ground import Ground

PAGES = ("GET", "POST")
PAGE_LIMIT = Limit(per_second=200, burst=400)  # of one route; a page is some milliseconds of work
LETTER_LIMIT = Limit(per_second=5, burst=20)  # a form there sends mail to who is not signed in
NEEDS = (
    "JOURNAL_TABLE",
    "CORE_TABLE",
    "INDEX_SECRET_ARN",
    "PUBLIC_URL",
    "USER_POOL_ID",
    "PAGES_CLIENT_ID",
    "PAGE_SECRET_ARN",
    "EMBED_ORIGINS",
    "SIGN_IN_URL",
)


def add_portal(ground: Ground) -> None:
    """One function for sign-in, static files, public pages and the portal."""
    portal = ground.functions.make(
        "portal_web",
        "Pages of advocates, friends and the public; sign-in; static files",
        needs=(*NEEDS, "KEYS_TABLE", "VAULT_KEY_ARN", "MAIL_SENDER"),
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
            grants.send_mail(ground.stack, ground.at, ground.parameters.mail_sender),
            grants.answer(ground.at, ground.machines.arn("journey")),
        ],
        shape=Shape(memory_mb=1024),
    )
    acknowledge_wildcard(
        portal.role,
        "arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/*",
        "The identity is the sender's address or its domain; a condition names the one address.",
    )
    ground.door.open(portal, ("POST",), "/friend/{proxy+}", public=True, limit=LETTER_LIMIT)
    for path in ("/", "/my", "/my/{proxy+}", "/auth/{proxy+}", "/join/{proxy+}", "/asks/{proxy+}"):
        ground.door.open(portal, PAGES, path, public=True, limit=PAGE_LIMIT)
    for path in (
        "/static/{proxy+}",
        "/terms/{proxy+}",
        "/friend/{proxy+}",
        "/embed/{proxy+}",
        "/style",
        "/{proxy+}",  # what nobody else serves: a page that says so, a problem for programs
    ):
        ground.door.open(portal, ("GET",), path, public=True, limit=PAGE_LIMIT)
