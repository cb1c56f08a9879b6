"""People of the laptop run sign in as on AWS: users of the Cognito pool, and an ID token each.

Passwords are drawn at random per emulator run and are worth nothing outside it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from infra.local.aws import client


def _password() -> str:
    """Long, and with one of each kind of character that a strict pool policy asks for."""
    return f"Aa1!{secrets.token_urlsafe(18)}"


@dataclass(frozen=True)
class Person:
    """A user who can sign in; `subject` is the `sub` of the token."""

    email: str
    subject: str
    password: str = field(repr=False)
    groups: tuple[str, ...] = ()


class People:
    """The users of one pool. Signs them in by USER_PASSWORD_AUTH, which the local client allows."""

    def __init__(self, endpoint: str, pool_id: str, client_id: str) -> None:
        self._cognito = client(endpoint, "cognito-idp")
        self._pool_id = pool_id
        self._client_id = client_id

    def create(self, email: str, *groups: str, verified: bool = True, name: str = "") -> Person:
        """A user in these groups; one who is there already gets a new password."""
        password = _password()
        attributes = {"email": email, "email_verified": "true" if verified else "false"}
        if name:
            attributes["name"] = name
        try:
            self._cognito.admin_create_user(
                UserPoolId=self._pool_id,
                Username=email,
                MessageAction="SUPPRESS",
                UserAttributes=[{"Name": key, "Value": said} for key, said in attributes.items()],
            )
        except ClientError as refused:
            if refused.response["Error"]["Code"] != "UsernameExistsException":
                raise
        self._cognito.admin_set_user_password(
            UserPoolId=self._pool_id, Username=email, Password=password, Permanent=True
        )
        self._join(email, groups)
        return Person(email, self._subject(email), password, groups)

    def sign_in(self, person: Person) -> str:
        """A fresh ID token, to be sent as `Authorization: Bearer …`; it lives an hour."""
        answer = self._cognito.initiate_auth(
            ClientId=self._client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": person.email, "PASSWORD": person.password},
        )
        return str(answer["AuthenticationResult"]["IdToken"])

    def tokens(self, person: Person, client_id: str) -> dict[str, str]:
        """All tokens of a sign-in at another client of the pool: the pages'."""
        answer = self._cognito.initiate_auth(
            ClientId=client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": person.email, "PASSWORD": person.password},
        )
        found: dict[str, str] = answer["AuthenticationResult"]
        return found

    def _join(self, email: str, groups: Sequence[str]) -> None:
        for group in groups:
            self._cognito.admin_add_user_to_group(
                UserPoolId=self._pool_id, Username=email, GroupName=group
            )

    def _subject(self, email: str) -> str:
        found = self._cognito.admin_get_user(UserPoolId=self._pool_id, Username=email)
        return next(str(said["Value"]) for said in found["UserAttributes"] if said["Name"] == "sub")
