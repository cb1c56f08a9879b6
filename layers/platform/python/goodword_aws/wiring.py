"""Which adapter stands behind which port is said here and nowhere else; every part is made once.

A handler names what it needs at import (`require`) and asks for parts when it is invoked. Parts
that bring heavy packages import them inside, so that a function pays only for what it uses.
"""

import random
import secrets as chance
import time
from collections.abc import MutableMapping
from functools import cache
from typing import TYPE_CHECKING

from goodword.errors import InvalidInput
from goodword.events import Actor, system
from goodword.ports import Desk
from goodword.privacy.model import PersonalFields, VaultItem, fold_email
from goodword.programs.effective import Editions, TermsShelf

from goodword_aws.aws import client, session
from goodword_aws.clock import SystemClock
from goodword_aws.ids import SystemIds
from goodword_aws.secrets import BlindIndex, Secrets
from goodword_aws.settings import require, settings
from goodword_aws.store import DynamoStore

if TYPE_CHECKING:
    from goodword.conversions.model import Source

    from goodword_aws.calls import Principal
    from goodword_aws.pages.sessions import Pool
    from goodword_aws.vault import Envelope, Vault

__all__ = [
    "advocate_of",
    "blind_index",
    "clock",
    "desk",
    "editions",
    "envelope",
    "forget",
    "ids",
    "mark_of",
    "pool",
    "require",
    "secrets",
    "shelf",
    "sources",
    "store",
    "texts",
    "vault",
]


@cache
def clock() -> SystemClock:
    """Now."""
    return SystemClock(settings().clock_file)


@cache
def ids() -> SystemIds:
    """Fresh ids."""
    return SystemIds(clock())


@cache
def store() -> DynamoStore:
    """The tables that this function has been given the names of; using another is a KeyError."""
    names = settings().environment
    tables = {"arrivals": "ARRIVALS_TABLE", "journal": "JOURNAL_TABLE", "core": "CORE_TABLE"}
    return DynamoStore(
        client("dynamodb"),
        {table: names[name] for table, name in tables.items() if names.get(name)},  # type: ignore[misc]  # the keys above are Tables
        sleep=time.sleep,
        chance=random.random,
        entropy=chance.token_bytes,
    )


def desk(actor: Actor | str) -> Desk:
    """What a use case gets. A str names an automatic actor: `desk("reward_approval")`."""
    who = system(actor) if isinstance(actor, str) else actor
    return Desk(store=store(), clock=clock(), ids=ids(), actor=who)


@cache
def secrets() -> Secrets:
    """Secrets Manager, with a memory of five minutes: `secrets().read(arn)`."""
    return Secrets(client("secretsmanager"), time.monotonic)


@cache
def blind_index() -> BlindIndex:
    """The keyed MACs of this installation; needs INDEX_SECRET_ARN."""
    return BlindIndex(secrets().read(settings().index_secret_arn)[0])


@cache
def vault() -> "Vault":
    """The personal fields; needs VAULT_KEY_ARN and KEYS_TABLE."""
    from goodword_aws.vault import Vault  # noqa: PLC0415 - cryptography is slow to import

    own = settings()
    return Vault(client("kms"), client("dynamodb"), own.vault_key_arn, own.keys_table)


@cache
def envelope(purpose: str = "arrival") -> "Envelope":
    """The sealer of raw deliveries (`about` their key); needs VAULT_KEY_ARN.

    With the purpose `source` it is the sealer of signing secrets, `about` the source's id: a role
    that may make the one kind cannot read the other.
    """
    from goodword_aws.vault import Envelope  # noqa: PLC0415 - cryptography is slow to import

    return Envelope(client("kms"), settings().vault_key_arn, time.monotonic, purpose)


@cache
def shelf() -> TermsShelf:
    """The programme versions that this process remembers for answers."""
    return TermsShelf(store())


@cache
def editions() -> Editions:
    """The programme versions that this process remembers for decisions."""
    return Editions()


@cache
def sources() -> MutableMapping[str, "Source"]:
    """The sources that this process has read deliveries of."""
    return {}


@cache
def pool() -> "Pool":
    """The user pool as the pages sign in to it; needs USER_POOL_ID and PAGES_CLIENT_ID."""
    from jwt import PyJWKClient  # noqa: PLC0415 - only pages verify tokens themselves

    from goodword_aws.pages.sessions import Pool, post_form  # noqa: PLC0415 - the same

    own = settings()
    pool_id = own.user_pool_id
    host = f"cognito-idp.{pool_id.partition('_')[0]}.amazonaws.com"
    keys_at = f"{own.endpoint_url or f'https://{host}'}/{pool_id}/.well-known/jwks.json"
    return Pool(
        client_id=own.pages_client_id,
        issuer=f"https://{host}/{pool_id}",
        domain=own.sign_in_url,
        keys=PyJWKClient(keys_at, cache_keys=True, lifespan=3_600, timeout=5),
        api=client("cognito-idp"),
        send=post_form,
    )


class _VaultWhenUsed:
    """The vault for code that mostly does not open it, in functions that may have no key for it."""

    def seal(
        self, person_id: str, fields: PersonalFields, replaces: VaultItem | None = None
    ) -> VaultItem:
        return vault().seal(person_id, fields, replaces)

    def open(self, item: VaultItem) -> PersonalFields:
        return vault().open(item)

    def seal_text(self, person_id: str, text: str, about: str) -> str:
        return vault().seal_text(person_id, text, about)

    def open_text(self, person_id: str, sealed: str, about: str) -> str:
        return vault().open_text(person_id, sealed, about)

    def forget(self, person_id: str) -> None:
        vault().forget(person_id)


def texts() -> _VaultWhenUsed:
    """What seals the texts of people; opened only by functions that may."""
    return _VaultWhenUsed()


@cache
def _remembered() -> MutableMapping[str, str]:
    return {}


def advocate_of(principal: "Principal") -> str | None:
    """Which advocate is signed in, found by subject or verified address; needs INDEX_SECRET_ARN."""
    from goodword.advocates.people import People, SignIn  # noqa: PLC0415 - staff does without

    people = People(desk("sign_in"), blind_index(), _VaultWhenUsed(), _remembered())
    email = principal.email if principal.email_verified else None
    return people.find(SignIn(principal.subject, email, principal.email_verified))


def mark_of(principal: "Principal") -> str:
    """The keyed hash of the signed-in person's mailbox, "" if none; needs INDEX_SECRET_ARN."""

    try:
        return blind_index().mac("email", fold_email(principal.email))
    except InvalidInput:
        return ""


def forget() -> None:
    """Drop every part and the settings; for tests, which change the environment between cases."""
    parts = (settings, client, clock, ids, store, secrets, blind_index, vault, envelope, pool)
    for part in (*parts, session, shelf, editions, sources, _remembered):
        part.cache_clear()
