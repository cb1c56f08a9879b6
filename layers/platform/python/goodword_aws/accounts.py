"""The sign-in's own record of a person is found by its subject, however they signed in."""

from typing import Any

from botocore.exceptions import ClientError
from goodword.errors import Unavailable

from goodword_aws.aws import client
from goodword_aws.settings import settings


class PoolAccounts:
    """The Accounts port over the user pool."""

    def __init__(self, cognito: Any, pool_id: str) -> None:
        self._cognito = cognito
        self._pool_id = pool_id

    def close(self, subject: str) -> None:
        if not subject.replace("-", "").isalnum():
            raise ValueError("a subject is a UUID")  # it stands in a filter
        try:
            found = self._cognito.list_users(
                UserPoolId=self._pool_id, Filter=f'sub = "{subject}"', Limit=1
            )
            for user in found["Users"]:
                self._cognito.admin_delete_user(UserPoolId=self._pool_id, Username=user["Username"])
        except ClientError as refused:
            code = refused.response["Error"]["Code"]
            if code == "UserNotFoundException":
                return
            # Without the cause: what Cognito says may quote the user's name.
            raise Unavailable("account_not_closed", f"the user pool said {code}") from None


def pool_accounts() -> PoolAccounts:
    """The accounts of this installation; needs USER_POOL_ID."""
    return PoolAccounts(client("cognito-idp"), settings().user_pool_id)
