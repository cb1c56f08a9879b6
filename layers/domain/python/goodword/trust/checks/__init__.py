"""The set of checks, in the order in which their findings are kept.

A check is one function from a `Case` to figures with points; it reads nothing else and decides
nothing. The set has a version: change a weight, or how points add up, and the version changes with
it, so that a stored assessment always says by which weights it was made.
"""

from collections.abc import Callable, Mapping

from goodword.trust.checks import (
    addresses,
    click_time,
    coupon,
    geography,
    returning,
    ring,
    self_referral,
    stuffing,
    velocity,
)
from goodword.trust.model import Case, Figure, Finding, finding
from goodword.trust.terms import CheckName, TrustTerms

CHECK_SET = "2026-11-26.3"

Look = Callable[[Case], tuple[Figure, ...]]
CHECKS: Mapping[CheckName, Look] = {
    "self_referral": self_referral.look,
    "addresses": addresses.look,
    "velocity": velocity.look,
    "click_time": click_time.look,
    "stuffing": stuffing.look,
    "coupon": coupon.look,
    "returning": returning.look,
    "ring": ring.look,
    "geography": geography.look,
}


def run_checks(case: Case, terms: TrustTerms) -> tuple[Finding, ...]:
    """The findings of every check that is not off under the terms."""
    return tuple(
        finding(name, look(case), terms)
        for name, look in CHECKS.items()
        if terms.of(name).mode != "off"
    )
