"""Builds the redirect from the environment, once per process; what is missing stops the start."""

import os
import time
from collections.abc import Mapping

from goodword_aws.hot.client import Client
from goodword_aws.hot.credentials import credentials_of
from goodword_aws.hot.links import Links
from goodword_aws.hot.redirect import Redirect
from goodword_aws.hot.secret import ClickSecret
from goodword_aws.hot.settings import setting
from goodword_aws.hot.surroundings import clock, lost_counter


def make_redirect(given: Mapping[str, str]) -> Redirect:
    """The redirect of an environment, the click secret read if Secrets Manager answers."""
    credentials = credentials_of(given)
    store = Client("dynamodb", given, credentials)
    secret = ClickSecret(
        Client("secretsmanager", given, credentials),
        setting(given, "CLICK_SECRET_ARN"),
        time.monotonic,
    )
    made = Redirect(
        links=Links(store, setting(given, "CORE_TABLE"), time.monotonic),
        store=store,
        arrivals_table=setting(given, "ARRIVALS_TABLE"),
        fallback_url=setting(given, "FALLBACK_URL"),
        secret=secret,
        now_ms=clock(given.get("CLOCK_FILE", "")),
        entropy=os.urandom,
        count_lost=lost_counter(setting(given, "GOODWORD_STAGE"), clock("")),
        edge_sign=given.get("EDGE_SIGN", ""),
    )
    secret()
    return made
