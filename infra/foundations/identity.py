"""People sign in by e-mail; staff are whoever an administrator puts into a group.

Anyone may sign up: a signed-up person is nobody's advocate until the verified e-mail matches one.
No token carries a claim that its owner could have written: the app may only write name and e-mail,
and a new e-mail counts only once it is verified.
"""

from dataclasses import dataclass

from aws_cdk import Aws, Duration
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.foundations.acknowledged import acknowledge
from infra.foundations.installation import Installation

KNOWN = cognito.ClientAttributes().with_standard_attributes(email=True, fullname=True)
READ = KNOWN.with_standard_attributes(email=True, email_verified=True, fullname=True)
GROUPS = ("advocate", "marketer", "analyst", "finance", "admin")


@dataclass(frozen=True)
class Identity:
    """The pool of people, the app that calls the API, and the sign-in page of our own pages."""

    pool: cognito.UserPool
    app: cognito.UserPoolClient
    domain: cognito.UserPoolDomain


def make_identity(scope: Construct, at: Installation) -> Identity:
    """The pool, its groups and its app."""
    pool = cognito.UserPool(
        scope,
        "People",
        user_pool_name=f"{at.prefix}-people",
        self_sign_up_enabled=True,
        sign_in_aliases=cognito.SignInAliases(email=True),
        sign_in_case_sensitive=False,
        auto_verify=cognito.AutoVerifiedAttrs(email=True),
        keep_original=cognito.KeepOriginalAttrs(email=True),
        standard_attributes=cognito.StandardAttributes(
            email=cognito.StandardAttribute(required=True, mutable=True)
        ),
        password_policy=cognito.PasswordPolicy(
            min_length=12,
            require_lowercase=True,
            require_uppercase=True,
            require_digits=True,
            require_symbols=True,
            temp_password_validity=Duration.days(3),
        ),
        mfa=cognito.Mfa.OPTIONAL,
        mfa_second_factor=cognito.MfaSecondFactor(sms=False, otp=True),
        account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
        deletion_protection=at.keeps_data,
        removal_policy=at.removal,
    )
    for name in GROUPS:
        cognito.CfnUserPoolGroup(
            scope, f"{name.capitalize()}Group", user_pool_id=pool.user_pool_id, group_name=name
        )
    acknowledge(
        pool,
        "AwsSolutions-COG2",
        "Advocates sign in to see their rewards; a second factor is theirs to turn on. Staff who "
        "move money are told to (docs/deploy.md), and no single person can (four eyes).",
    )
    acknowledge(
        pool,
        "AwsSolutions-COG8",
        "The Plus plan (threat protection) is priced per user; an installation may turn it on.",
    )
    domain = cognito.UserPoolDomain(
        scope,
        "SignIn",
        user_pool=pool,
        cognito_domain=cognito.CognitoDomainOptions(
            # Unique in a region over all accounts, hence the account's number.
            domain_prefix=f"{at.prefix}-{Aws.ACCOUNT_ID}"
        ),
        # Only the newer pages speak other languages than English; the emulator has its own.
        managed_login_version=None
        if at.on_laptop
        else cognito.ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    )
    return Identity(pool, _app(scope, at, pool), domain)


def make_pages_client(
    scope: Construct, at: Installation, identity: Identity, public_url: str
) -> cognito.UserPoolClient:
    """The client of the portal and the console: the code flow, back to our own host and no other.

    It is not the API's: a token of the one is nothing to the other.
    """
    client = cognito.UserPoolClient(
        scope,
        "Pages",
        user_pool=identity.pool,
        user_pool_client_name=f"{at.prefix}-pages",
        generate_secret=False,
        auth_flows=cognito.AuthFlow(user_password=at.on_laptop),
        o_auth=cognito.OAuthSettings(
            flows=cognito.OAuthFlows(authorization_code_grant=True),
            scopes=[
                cognito.OAuthScope.OPENID,
                cognito.OAuthScope.EMAIL,
                cognito.OAuthScope.PROFILE,
            ],
            callback_urls=[f"{public_url}/auth/callback"],
            logout_urls=[f"{public_url}/"],
        ),
        supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
        prevent_user_existence_errors=True,
        enable_token_revocation=True,
        id_token_validity=Duration.hours(1),
        access_token_validity=Duration.hours(1),
        refresh_token_validity=Duration.days(30),
        write_attributes=KNOWN,
        read_attributes=READ,
    )
    if not at.on_laptop:  # without a style of its own a client of the newer pages shows none
        cognito.CfnManagedLoginBranding(
            scope,
            "PagesSignIn",
            user_pool_id=identity.pool.user_pool_id,
            client_id=client.user_pool_client_id,
            use_cognito_provided_values=True,
        )
    return client


def _app(scope: Construct, at: Installation, pool: cognito.UserPool) -> cognito.UserPoolClient:
    return cognito.UserPoolClient(
        scope,
        "App",
        user_pool=pool,
        user_pool_client_name=f"{at.prefix}-app",
        generate_secret=False,
        auth_flows=cognito.AuthFlow(user_srp=True, user_password=at.on_laptop),
        disable_o_auth=True,
        prevent_user_existence_errors=True,
        enable_token_revocation=True,
        id_token_validity=Duration.hours(1),
        access_token_validity=Duration.hours(1),
        refresh_token_validity=Duration.days(30),
        write_attributes=KNOWN,
        read_attributes=READ,
    )
