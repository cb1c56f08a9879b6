"""An edge in front of the pages: files with a hash in their name are kept near their readers.

Nothing else is: a page is somebody's. The distribution is the same host for everything (pages, API,
links), so that cookies and the policy `self` go on holding; it takes effect once `PublicUrl` names
its domain or one's own in front of it. Readers' own host is not passed on, because the API is found
by its name; their cookies, queries and languages are.

Links are passed on with the reader's country and address as the edge sees them, under a sign that
only the edge sends; `goodword_aws/hot/redirect.py` believes neither without it.
"""

from aws_cdk import Fn
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from constructs import Construct

from infra.foundations.acknowledged import acknowledge
from infra.foundations.front_door import FrontDoor
from infra.foundations.installation import Installation

SIGN_HEADER = "x-goodword-edge"
OF_A_VISIT = (  # what the redirect looks at; CloudFront allows ten, and always adds its own
    "User-Agent",
    "Referer",
    "Sec-Fetch-Dest",
    "Sec-Fetch-Mode",
    "Sec-Fetch-User",
    "Sec-Purpose",
    "Purpose",
    "X-Moz",
    "CloudFront-Viewer-Country",
    "CloudFront-Viewer-Address",
)


def make_edge(
    scope: Construct, at: Installation, door: FrontDoor, sign: str
) -> cloudfront.Distribution:
    """The distribution over the API's own host."""
    host = Fn.select(2, Fn.split("/", door.api.api_endpoint))
    https = cloudfront.OriginProtocolPolicy.HTTPS_ONLY
    signed = {SIGN_HEADER: sign} if sign else None
    origin = origins.HttpOrigin(host, protocol_policy=https, custom_headers=signed)
    links = cloudfront.BehaviorOptions(
        origin=origin,
        cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
        origin_request_policy=_visits(scope, at),
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    )
    edge = cloudfront.Distribution(
        scope,
        "Edge",
        comment=f"{at.prefix}: pages and API",
        http_version=cloudfront.HttpVersion.HTTP2_AND_3,
        price_class=cloudfront.PriceClass.PRICE_CLASS_100,
        default_behavior=cloudfront.BehaviorOptions(
            origin=origin,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        ),
        additional_behaviors={
            "/r": links,
            "/r/*": links,
            "/static/*": cloudfront.BehaviorOptions(
                origin=origin,
                cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                compress=True,
            ),
        },
    )
    for rule, reason in {
        "AwsSolutions-CFR1": "People recommend across borders; an installation may restrict it.",
        "AwsSolutions-CFR2": "A web ACL costs by the month and rule; docs/deploy.md says so.",
        "AwsSolutions-CFR3": "Access logs would hold addresses and paths, which may name people.",
        "AwsSolutions-CFR4": "Without a certificate of one's own CloudFront sets its own minimum.",
    }.items():
        acknowledge(edge, rule, reason)
    return edge


def _visits(scope: Construct, at: Installation) -> cloudfront.OriginRequestPolicy:
    """What of a visit goes on to the redirect: no cookies, the whole query."""
    policy = cloudfront.OriginRequestPolicy
    return policy(
        scope,
        "Visits",
        origin_request_policy_name=f"{at.prefix}-visits",
        comment="Where a visit comes from, as the edge sees it",
        header_behavior=cloudfront.OriginRequestHeaderBehavior.allow_list(*OF_A_VISIT),
        query_string_behavior=cloudfront.OriginRequestQueryStringBehavior.all(),
        cookie_behavior=cloudfront.OriginRequestCookieBehavior.none(),
    )
