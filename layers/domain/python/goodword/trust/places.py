"""Which pages a click came from is kept as a class; the lists of hosts are data, and stand here.

A host counts with everything below it: `www.retailmenot.com` is `retailmenot.com`.
"""

import re
from typing import Literal

from goodword.tracking.model import Visited

Referrer = Literal["", "coupon", "search", "wrapper", "other"]


def _hosts(text: str) -> frozenset[str]:
    return frozenset(text.split())


COUPON = _hosts(
    "retailmenot.com joinhoney.com honey.com coupons.com couponcabin.com couponfollow.com "
    "groupon.com slickdeals.net dealnews.com rakuten.com capitaloneshopping.com wethrift.com "
    "knoji.com simplycodes.com vouchercodes.co.uk vouchercloud.com hotukdeals.com topcashback.com "
    "topcashback.co.uk quidco.com myvouchercodes.co.uk mydealz.de gutscheine.de gutscheinpony.de "
    "sparwelt.de coupons.de pepper.com dealabs.com igraal.com ma-reduc.com poulpeo.com "
    "promocodes.com dontpayfull.com couponbirds.com offers.com savings.com ebates.com "
    "swagbucks.com picodi.com promokodi.net cuponation.com chollometro.com"
)
SEARCH = _hosts(
    "google.com bing.com duckduckgo.com ecosia.org yahoo.com startpage.com qwant.com yandex.ru "
    "yandex.com baidu.com search.brave.com"
)
_GOOGLE = re.compile(
    r"(.+\.)?google\.((com?)\.)?[a-z]{2}"
)  # google.it, google.co.jp, google.com.br
# They open the page by a script of their own, so no browser reports the person's act.
WRAPPERS = _hosts(
    "t.co l.facebook.com lm.facebook.com l.instagram.com lnkd.in linkedin.com out.reddit.com "
    "l.messenger.com t.me web.whatsapp.com youtube.com pinterest.com l.threads.com "
    "slack-redir.net statics.teams.cdn.office.net safelinks.protection.outlook.com bit.ly "
    "tinyurl.com"
)
_COUPON_WORD = re.compile(r"coupon|voucher|promo.?code|gutschein|discount.?code|cashback", re.I)


def referrer_of(host: str) -> Referrer:
    """The class of a referring host; nothing for none."""
    if not host:
        return ""
    parts = host.lower().rstrip(".").split(".")
    suffixes = {".".join(parts[start:]) for start in range(len(parts))}
    if suffixes & COUPON or _COUPON_WORD.search(host):
        return "coupon"
    if suffixes & SEARCH or _GOOGLE.fullmatch(host.lower().rstrip(".")):
        return "search"
    return "wrapper" if suffixes & WRAPPERS else "other"


def visited(opened: str, host: str, campaign: str, country: str, device: str) -> Visited:
    """The coarse words about one click row."""
    return Visited.model_validate(
        {
            "opened": opened,
            "referrer": referrer_of(host),
            "campaign": "coupon" if _COUPON_WORD.search(campaign) else "",
            "country": country,
            "device": device,
        }
    )
