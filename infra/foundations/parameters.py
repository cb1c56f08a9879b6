"""What differs between two installations of one stage is a parameter of the template.

What could make a production system pay nobody (a simulated rail) or live in another time (a clock
file) is not even a parameter there: the setting is the empty string.
"""

from dataclasses import dataclass

from aws_cdk import CfnCondition, CfnParameter, Fn, Token
from constructs import Construct

from infra.foundations.installation import Installation

_URL = r"https?://[^\s<>\"]{1,2000}"
_ORIGIN = r"https://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?"
_ORIGINS = rf"{_ORIGIN}( {_ORIGIN}){{0,9}}"
_ADDRESS = r"[^\s<>@\"]{1,64}@[A-Za-z0-9.-]{1,255}"


@dataclass(frozen=True)
class Parameters:
    """Values as the template refers to them."""

    fallback_url: str
    public_url: str
    mail_sender: str
    alarm_mail: str
    rail_simulator_url: str
    clock_file: str
    embed_origins: str


def declare_parameters(scope: Construct, at: Installation) -> Parameters:
    """Declare them on the stack. `public_url` is empty unless there is a domain of its own."""

    def text(name: str, description: str, pattern: str, default: str | None = None) -> str:
        return CfnParameter(
            scope,
            name,
            description=description,
            allowed_pattern=pattern if default is None else f"({pattern})?",
            constraint_description=f"must match {pattern}",
            default=default,
        ).value_as_string

    return Parameters(
        fallback_url=text("FallbackUrl", "Where a link leads that leads nowhere else", _URL),
        public_url=text("PublicUrl", "Own domain of the API; empty: the API's own", _URL, ""),
        mail_sender=text("MailSender", "E-mail address, verified in SES, of all mail", _ADDRESS),
        alarm_mail=text("AlarmMail", "E-mail address that alarms go to; empty: none", _ADDRESS, ""),
        embed_origins=text(
            "EmbedOrigins",
            "Origins whose pages may embed the advocate's view, with spaces between; empty: none",
            _ORIGINS,
            "",
        ),
        rail_simulator_url=(
            text("RailSimulatorUrl", "A rail that pays nobody; empty: none", _URL, "")
            if at.simulates_rail
            else ""
        ),
        clock_file=(
            text("ClockFile", "File with seconds to add to the clock", r"/[^\s]+", "")
            if at.on_laptop
            else ""
        ),
    )


def or_else(scope: Construct, name: str, value: str, fallback: str) -> str:
    """The parameter's value, or `fallback` while it is empty."""
    return Token.as_string(Fn.condition_if(given(scope, name, value).logical_id, value, fallback))


def given(scope: Construct, name: str, value: str) -> CfnCondition:
    """A condition that holds while the parameter is not empty."""
    return CfnCondition(scope, name, expression=Fn.condition_not(Fn.condition_equals(value, "")))
