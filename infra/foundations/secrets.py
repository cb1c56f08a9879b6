"""Eight secrets for one thing each: the vault's key; click, index, page, edge; rails' and CRMs'.

The vault key wraps people's data keys and the data keys of raw deliveries; it has nothing to do
with the encryption of the tables, which AWS does with keys of its own. Whoever holds the click
secret can forge clicks; whoever holds the index secret can test whether an e-mail is known; whoever
holds the page secret can make a signed-in person's browser send a form; whoever holds the edge's
can invent where a click came from. Keys of rails can pay; signs of rails only tell that a webhook
is genuine. Keys of CRMs can write to them. These three start empty; a person fills them in.
"""

from dataclasses import dataclass

from aws_cdk import SecretValue
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.foundations.acknowledged import acknowledge
from infra.foundations.installation import Installation

SECRET_LENGTH = 64  # letters and digits: 380 bits


@dataclass(frozen=True)
class Secrets:
    """Each by name."""

    vault_key: kms.Key
    click: secretsmanager.Secret
    index: secretsmanager.Secret
    page: secretsmanager.Secret
    edge: secretsmanager.Secret
    rail_keys: secretsmanager.Secret
    rail_signs: secretsmanager.Secret
    crm_keys: secretsmanager.Secret


def make_secrets(scope: Construct, at: Installation) -> Secrets:
    """AWS makes their values; nobody ever sees or types one."""
    vault_key = kms.Key(
        scope,
        "VaultKey",
        description="Wraps the data keys of people and of raw deliveries",
        enable_key_rotation=True,
        removal_policy=at.removal,
    )
    click = _secret(scope, "ClickSecret", at, "Signs click ids")
    index = _secret(scope, "IndexSecret", at, "Keys the blind indexes of e-mails and customer ids")
    page = _secret(scope, "PageSecret", at, "Signs the forms and the embedded views of the pages")
    edge = _secret(scope, "EdgeSecret", at, "Shows the redirect that a call came by our own edge")
    acknowledge(
        edge,
        "AwsSolutions-SMG4",
        "Changes with a deploy (docs/deploy.md), because the edge and the redirect must agree.",
    )
    acknowledge(
        page,
        "AwsSolutions-SMG4",
        "Rotated by hand (docs/deploy.md): a form that is open at that moment still counts.",
    )
    acknowledge(
        click,
        "AwsSolutions-SMG4",
        "Rotated by hand (docs/deploy.md): the previous value stays valid for reading, and a click "
        "is verifiable for 400 days.",
    )
    acknowledge(
        index,
        "AwsSolutions-SMG4",
        "A new value orphans every blind index: changing it is a migration, not a rotation.",
    )
    keys = _filled_in(scope, "RailKeys", at, "Keys of payout rails, by rail (docs/payouts.md)")
    signs = _filled_in(scope, "RailSigns", at, "Signing secrets of rails' webhooks, by rail")
    crms = _filled_in(scope, "CrmKeys", at, "Keys of connected CRMs, by source (docs/crm.md)")
    return Secrets(vault_key, click, index, page, edge, keys, signs, crms)


def arn_of(secret: secretsmanager.Secret) -> str:
    """The secret's ARN. The emulator answers Ref with the name; the attribute is right on both."""
    resource = secret.node.default_child
    if not isinstance(resource, secretsmanager.CfnSecret):
        raise TypeError("the secret is not what the CDK makes of one")
    return resource.attr_id


def sign_of_edge(secret: secretsmanager.Secret, at: Installation) -> str:
    """The value, as CloudFormation fills it in; a laptop has no edge that could send it."""
    return "" if at.on_laptop else secret.secret_value.unsafe_unwrap()


def _filled_in(
    scope: Construct, name: str, at: Installation, description: str
) -> secretsmanager.Secret:
    """A secret that somebody fills in; until then it says that there is nothing."""
    secret = secretsmanager.Secret(
        scope,
        name,
        description=description,
        secret_string_value=SecretValue.unsafe_plain_text("{}"),
        removal_policy=at.removal,
    )
    acknowledge(
        secret,
        "AwsSolutions-SMG4",
        "Rotated at its giver, and then filled in here by hand; nothing here could do the former.",
    )
    return secret


def _secret(
    scope: Construct, name: str, at: Installation, description: str
) -> secretsmanager.Secret:
    return secretsmanager.Secret(
        scope,
        name,
        description=description,
        generate_secret_string=secretsmanager.SecretStringGenerator(
            password_length=SECRET_LENGTH, exclude_punctuation=True
        ),
        removal_policy=at.removal,
    )
