"""The environment is read here and nowhere else (the redirect aside), once, at the cold start.

A function names what it cannot work without: `require("core_table", "journal_table")` at import.
What is missing then is an error of the start, not of the first shopper.
"""

import os
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType


class MissingSetting(RuntimeError):
    """A setting that this function cannot work without is absent or empty."""


class _Needed:
    """A setting that is an error to read while it is empty."""

    def __init__(self, variable: str) -> None:
        self.variable = variable

    def __get__(self, owner: "Settings", _: type["Settings"]) -> str:
        value = owner.environment.get(self.variable, "")
        if not value:
            raise MissingSetting(f"the environment variable {self.variable} is not set")
        return value


class _Optional(_Needed):
    """A setting that may be left out; it is then the empty string."""

    def __get__(self, owner: "Settings", _: type["Settings"]) -> str:
        return owner.environment.get(self.variable, "")


class Settings:
    """The settings of one process, copied: later changes of the environment do not matter."""

    stage = _Needed("GOODWORD_STAGE")
    arrivals_table = _Needed("ARRIVALS_TABLE")
    journal_table = _Needed("JOURNAL_TABLE")
    core_table = _Needed("CORE_TABLE")
    keys_table = _Needed("KEYS_TABLE")
    bus_name = _Needed("BUS_NAME")
    vault_key_arn = _Needed("VAULT_KEY_ARN")
    click_secret_arn = _Needed("CLICK_SECRET_ARN")
    index_secret_arn = _Needed("INDEX_SECRET_ARN")
    reward_approval_arn = _Needed("REWARD_APPROVAL_ARN")
    journey_arn = _Needed("JOURNEY_ARN")
    payout_cycle_arn = _Needed("PAYOUT_CYCLE_ARN")
    exports_bucket = _Needed("EXPORTS_BUCKET")
    seals_bucket = _Needed("SEALS_BUCKET")
    seal_key_arn = _Needed("SEAL_KEY_ARN")
    fallback_url = _Needed("FALLBACK_URL")
    public_url = _Needed("PUBLIC_URL")
    mail_sender = _Needed("MAIL_SENDER")
    user_pool_id = _Needed("USER_POOL_ID")
    pages_client_id = _Needed("PAGES_CLIENT_ID")
    page_secret_arn = _Needed("PAGE_SECRET_ARN")
    embed_origins = _Optional("EMBED_ORIGINS")
    rail_keys_arn = _Optional("RAIL_KEYS_ARN")
    crm_keys_arn = _Needed("CRM_KEYS_ARN")
    rail_signs_arn = _Optional("RAIL_SIGNS_ARN")
    rail_simulator_url = _Optional("RAIL_SIMULATOR_URL")
    clock_file = _Optional("CLOCK_FILE")
    endpoint_url = _Optional("AWS_ENDPOINT_URL")

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = MappingProxyType(dict(environment))

    @property
    def sign_in_url(self) -> str:
        """The host of the pool's own pages; the emulator serves them at its endpoint."""
        return self.environment.get("SIGN_IN_URL", "") or self.endpoint_url

    def require(self, *names: str) -> None:
        """Raise MissingSetting, naming the variable, unless each attribute is set."""
        for name in names:
            getattr(self, name)


@cache
def settings() -> Settings:
    """This process's settings; `settings.cache_clear()` makes the next call read them anew."""
    return Settings(os.environ)


def describe_only() -> None:
    """Let handlers be imported where nothing is installed, to describe them: every needed setting
    that is empty says `none`. Nothing that is asked of AWS under such a name can succeed.
    """
    known = {each.variable: "none" for each in vars(Settings).values() if type(each) is _Needed}
    settings.cache_clear()
    os.environ.update({name: value for name, value in known.items() if not os.environ.get(name)})


def require(*names: str) -> None:
    """What a function says at import: `require("core_table")`. Raises MissingSetting."""
    settings().require(*names)
