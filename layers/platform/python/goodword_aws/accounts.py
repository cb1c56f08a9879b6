"""The sign-in's own record of a person is found by its subject, however they signed in.

Who of staff has which role is said by the groups of the same pool.
"""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from goodword.errors import Unavailable
from goodword.journeys.definition import StaffRole
from goodword.limits import STAFF_PAGE, STAFF_PAGES_MAX

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


class PoolStaff:
    """The Staff port over the user pool; each group is asked once by one of these.

    `cognito` makes the client when it is first wanted.
    """

    def __init__(self, cognito: Callable[[], Any], pool_id: str) -> None:
        self._cognito = cognito
        self._pool_id = pool_id
        self._groups: dict[str, Mapping[str, str] | None] = {}

    def working_as(self, role: StaffRole) -> frozenset[str] | None:
        found = self.colleagues(role)
        return None if found is None else frozenset(found)

    def colleagues(self, role: StaffRole) -> Mapping[str, str] | None:
        """Who works on hand-overs of a role, admins too: what they are called, by sign-in.

        None where the pool does not answer, or has more of them than are read.
        """
        own, admins = self._group(role), self._group("admin")
        return None if own is None or admins is None else {**admins, **own}

    def _group(self, name: str) -> Mapping[str, str] | None:
        if name not in self._groups:
            try:
                self._groups[name] = self._read(name)
            except (BotoCoreError, ClientError):
                self._groups[name] = None
        return self._groups[name]

    def _read(self, name: str) -> Mapping[str, str] | None:
        asked = {"UserPoolId": self._pool_id, "GroupName": name, "Limit": STAFF_PAGE}
        found: dict[str, str] = {}
        for _ in range(STAFF_PAGES_MAX):
            page = self._cognito().list_users_in_group(**asked)
            for user in page["Users"]:
                said = {one["Name"]: one["Value"] for one in user.get("Attributes", ())}
                if user.get("Enabled", True) and "sub" in said:
                    found[said["sub"]] = said.get("name") or said.get("email") or said["sub"]
            if not (after := page.get("NextToken")):
                return found
            asked["NextToken"] = after
        return None


def pool_staff() -> PoolStaff:
    """The staff of this installation; needs USER_POOL_ID."""
    return PoolStaff(lambda: client("cognito-idp"), settings().user_pool_id)
