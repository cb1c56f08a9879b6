"""Where a review is written: the site's own form for one company, opened for the right product.

A link names the company and nothing else. It never carries a rating or words: what is written there
is the person's own (a link that began with five stars would be a way of gating).
"""

from typing import Annotated, Literal

from pydantic import StringConstraints

Profile = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]

# The company's name there was not filled in; or no site, or none whose form is known.
Lack = Literal["profile", "form"]
FORMS = {  # by the site's name in a journey; what the company is called there is put in
    "capterra": "https://reviews.capterra.com/new/{profile}",
    "g2": "https://www.g2.com/products/{profile}/take_survey",
    "google": "https://search.google.com/local/writereview?placeid={profile}",
    "trustpilot": "https://www.trustpilot.com/evaluate/{profile}",
}


def lacking(site: str | None, profile: str | None) -> Lack | None:
    """Why a request for a review leads to no form; None if it does."""
    if review_link(site, profile) is not None:
        return None
    return "profile" if site in FORMS else "form"


def review_link(site: str | None, profile: str | None) -> str | None:
    """The address of the form, or None where the site or the company is not known."""
    form = FORMS.get(site or "")
    return form.format(profile=profile) if form and profile else None
