"""Who gets in where: the public by few doors, pages by session, others with a token."""

import re
from pathlib import Path

import pytest

from tests.infra import handlers
from tests.infra.reading import Plain, Template, spelled

# Pages check the session's cookie themselves (tests/functional/test_pages*.py).
PAGES = {
    "portal_web": {
        *("/", "/my", "/my/{proxy+}", "/auth/{proxy+}", "/join/{proxy+}", "/asks/{proxy+}"),
        *("/static/{proxy+}", "/terms/{proxy+}", "/friend/{proxy+}", "/embed/{proxy+}", "/style"),
        "/{proxy+}",
    },
    "console_web": {"/console", "/console/{proxy+}"},
}
READ_ONLY = {
    *("/static/{proxy+}", "/terms/{proxy+}", "/embed/{proxy+}", "/style"),
    "/{proxy+}",
}
PUBLIC = {
    *(f"GET {path}" for paths in PAGES.values() for path in paths),
    *(f"POST {path}" for paths in PAGES.values() for path in paths - READ_ONLY),
    "GET /r",
    "GET /r/{code}",
    "GET /r/{proxy+}",
    "HEAD /r",
    "HEAD /r/{code}",
    "HEAD /r/{proxy+}",
    "POST /v1/track/lead",
    "POST /v1/track/sale",
    "POST /v1/signals",
    "POST /v1/sources/{source_id}",
    "POST /v1/rails/{rail}/notices",
}
PATHS = {
    **PAGES,
    "tracking_web": {"/r", "/r/{code}", "/r/{proxy+}"},
    "conversions_web": {
        "/v1/track/lead",
        "/v1/track/sale",
        "/v1/signals",
        "/v1/sources/{source_id}",
    },
    "programs_api": {
        "/v1/programs",
        "/v1/programs/{proxy+}",
        "/v1/rates",
        "/v1/rates/wanted",
        "/v1/sources",
        "/v1/sources/{source_id}",
        "/v1/sources/{source_id}/{proxy+}",
    },
    "programs_api_drafts": {
        "/v1/programs/{program_id}/drafts",
        "/v1/programs/{program_id}/drafts/{proxy+}",
    },
    "advocates_api": {
        "/v1/me",
        "/v1/me/{proxy+}",
        "/v1/advocates",
        "/v1/advocates/{proxy+}",
        "/v1/links",
        "/v1/links/{proxy+}",
    },
    "rewards_api": {
        "/v1/rewards",
        "/v1/rewards/{proxy+}",
        "/v1/conversions",
        "/v1/conversions/{proxy+}",
    },
    "payouts_web": {"/v1/rails/{rail}/notices"},
    "trust_api": {
        "/v1/me/disputes",
        "/v1/me/disputes/{proxy+}",
        "/v1/disputes",
        "/v1/disputes/{proxy+}",
        "/v1/reviews",
        "/v1/reviews/{proxy+}",
        "/v1/bans",
        "/v1/bans/{proxy+}",
        "/v1/exemptions",
        "/v1/exemptions/{proxy+}",
    },
    "journeys_api": {
        "/v1/subjects",
        "/v1/subjects/{proxy+}",
        "/v1/journeys",
        "/v1/journeys/{proxy+}",
    },
    "journeys_api_asks": {
        "/v1/me/asks",
        "/v1/me/asks/{proxy+}",
        "/v1/me/ask-preferences",
        "/v1/asks",
        "/v1/asks/{proxy+}",
    },
    "journeys_api_kpis": {
        "/v1/opportunities",
        "/v1/opportunities/{opportunity_id}",
        "/v1/pipeline",
        "/v1/kpis",
    },
    "payouts_api": {
        "/v1/payouts",
        "/v1/payouts/{proxy+}",
        "/v1/payout-holds",
        "/v1/payout-holds/{proxy+}",
        "/v1/payout-waiting",
        "/v1/payout-runs",
        "/v1/payout-runs/{proxy+}",
        "/v1/ledger/{proxy+}",
    },
}
ROUTE, FUNCTIONS = "AWS::ApiGatewayV2::Route", Path(__file__).resolve().parents[2] / "functions"


def routes(template: Template) -> dict[str, str]:
    """The directory of the function behind each route key."""
    integrations = template.of_type("AWS::ApiGatewayV2::Integration")
    functions = template.of_type("AWS::Lambda::Function")
    found = {}
    for route in template.of_type(ROUTE).values():
        target = spelled(route["Target"]).removeprefix("integrations/").strip("<>")
        function = spelled(integrations[target]["IntegrationUri"]).strip("<>").split(".")[0]
        found[route["RouteKey"]] = functions[function]["FunctionName"].split("-", 2)[2]
    return found


def test_only_the_public_routes_are_open(prod: Template, laptop: Template) -> None:
    for template in (prod, laptop):
        authorizer = template.of_type("AWS::ApiGatewayV2::Authorizer")
        ((name, _),) = authorizer.items()
        for route in template.of_type(ROUTE).values():
            if route["RouteKey"] in PUBLIC:
                assert route["AuthorizationType"] == "NONE"
            else:
                assert route["AuthorizationType"] == "JWT"
                assert route["AuthorizerId"] == {"Ref": name}
        assert set(routes(template)) >= PUBLIC


def test_every_path_leads_to_its_function(prod: Template) -> None:
    led: dict[str, set[str]] = {}
    for key, directory in routes(prod).items():
        led.setdefault(directory, set()).add(key.split(" ")[1])
    assert led == PATHS


def test_no_route_takes_whatever_comes(prod: Template) -> None:
    """No catch-all but for reading, and no OPTIONS: other sites' scripts stay outside."""
    assert [key for key in routes(prod) if key.endswith(" /{proxy+}")] == ["GET /{proxy+}"]
    methods = {key.split(" ")[0] for key in routes(prod)}
    assert methods == {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}
    (api,) = prod.of_type("AWS::ApiGatewayV2::Api").values()
    assert "CorsConfiguration" not in api


def test_posting_to_a_source_is_the_publics_and_the_rest_of_it_is_staffs(prod: Template) -> None:
    led = routes(prod)
    assert led["POST /v1/sources/{source_id}"] == "conversions_web"
    assert led["GET /v1/sources/{source_id}"] == "programs_api"
    assert led["PUT /v1/sources/{source_id}"] == "programs_api"


@pytest.mark.parametrize("directory", sorted(name for name in PATHS if "_api" in name))
def test_every_route_of_a_handler_is_reachable(prod: Template, directory: str) -> None:
    led = {key for key, function in routes(prod).items() if function == directory}
    for method, path in handlers.routes_of(FUNCTIONS / directory / "handler.py"):
        concrete = re.sub(r"<[^>]+>", "x", path)
        assert any(_matches(f"{method} {concrete}", key) for key in led), f"{method} {path}"


def test_the_authorizer_takes_tokens_of_this_pool_and_app(prod: Template) -> None:
    (authorizer,) = prod.of_type("AWS::ApiGatewayV2::Authorizer").values()
    pool = prod.named("AWS::Cognito::UserPool", "People")
    app = prod.named("AWS::Cognito::UserPoolClient", "App")
    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]
    said = authorizer["JwtConfiguration"]
    assert said["Audience"] == [{"Ref": app}]
    assert spelled(said["Issuer"]) == f"https://cognito-idp.<AWS::Region>.amazonaws.com/<{pool}>"


def test_the_default_stage_is_limited_and_logged_without_people(prod: Template) -> None:
    (stage,) = prod.of_type("AWS::ApiGatewayV2::Stage").values()
    assert stage["StageName"] == "$default"
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert set(stage["RouteSettings"]) == PUBLIC
    logged = stage["AccessLogSettings"]["Format"]
    for personal in ("sourceIp", "path", "userAgent", "claims", "querystring", "identity"):
        assert personal not in logged


def test_the_edge_keeps_static_files_and_nothing_else(prod: Template) -> None:
    (edge,) = prod.of_type("AWS::CloudFront::Distribution").values()
    said = edge["DistributionConfig"]
    disabled, optimized = (
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "658327ea-f89d-4fab-a63d-7e88639e58f6",
    )
    assert said["DefaultCacheBehavior"]["CachePolicyId"] == disabled
    kept = {one["PathPattern"]: one["CachePolicyId"] for one in said["CacheBehaviors"]}
    assert kept == {"/r": disabled, "/r/*": disabled, "/static/*": optimized}
    for behaviour in (said["DefaultCacheBehavior"], *said["CacheBehaviors"]):
        assert behaviour["ViewerProtocolPolicy"] == "redirect-to-https"
    (origin,) = said["Origins"]
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"


def test_the_edge_tells_the_redirect_where_a_visit_comes_from(prod: Template) -> None:
    (edge,) = prod.of_type("AWS::CloudFront::Distribution").values()
    (policy,) = prod.of_type("AWS::CloudFront::OriginRequestPolicy").values()
    passed = policy["OriginRequestPolicyConfig"]["HeadersConfig"]["Headers"]
    assert {"CloudFront-Viewer-Country", "CloudFront-Viewer-Address", "User-Agent"} <= set(passed)
    assert len(passed) <= 10  # CloudFront's limit
    (header,) = edge["DistributionConfig"]["Origins"][0]["OriginCustomHeaders"]
    redirect = prod.function("tracking_web")["Environment"]["Variables"]
    assert header["HeaderName"] == "x-goodword-edge"
    assert header["HeaderValue"] == redirect["EDGE_SIGN"]
    assert "resolve:secretsmanager" in str(header["HeaderValue"])  # the template holds no value


def test_a_laptop_has_no_edge_to_believe(laptop: Template) -> None:
    (edge,) = laptop.of_type("AWS::CloudFront::Distribution").values()
    assert "OriginCustomHeaders" not in edge["DistributionConfig"]["Origins"][0]
    assert laptop.function("tracking_web")["Environment"]["Variables"]["EDGE_SIGN"] == ""


def test_people_sign_in_by_password_on_a_laptop_only(prod: Template, laptop: Template) -> None:
    for template, flows in (
        (prod, {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}),
        (
            laptop,
            {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"},
        ),
    ):
        app, pages = clients(template)
        assert set(app["ExplicitAuthFlows"]) == flows
        assert set(pages["ExplicitAuthFlows"]) == flows - {"ALLOW_USER_SRP_AUTH"}
        for client in (app, pages):
            assert client["PreventUserExistenceErrors"] == "ENABLED"
            assert client.get("GenerateSecret") is False


def clients(template: Template) -> tuple[Plain, Plain]:
    """The API's client and the pages'."""
    kind = "AWS::Cognito::UserPoolClient"
    found = template.of_type(kind)
    return found[template.named(kind, "App")], found[template.named(kind, "Pages")]


def test_pages_sign_in_by_the_code_flow_and_come_back_to_this_host_only(prod: Template) -> None:
    app, pages = clients(prod)
    assert not app.get("AllowedOAuthFlowsUserPoolClient")
    assert pages["AllowedOAuthFlows"] == ["code"]
    assert set(pages["AllowedOAuthScopes"]) == {"openid", "email", "profile"}
    assert [spelled(url).endswith("/auth/callback") for url in pages["CallbackURLs"]] == [True]
    assert pages["EnableTokenRevocation"] is True


def test_nobody_writes_claims_about_themselves(prod: Template) -> None:
    """A changed e-mail stays unverified until its owner confirms it, and the old one counts."""
    for client in clients(prod):
        assert set(client["WriteAttributes"]) == {"email", "name"}
    (pool,) = prod.of_type("AWS::Cognito::UserPool").values()
    kept = pool["UserAttributeUpdateSettings"]["AttributesRequireVerificationBeforeUpdate"]
    assert kept == ["email"]


def test_the_groups_of_staff_exist(prod: Template) -> None:
    groups = prod.of_type("AWS::Cognito::UserPoolGroup").values()
    names = {group["GroupName"] for group in groups}
    assert names == {"advocate", "marketer", "analyst", "finance", "admin"}
    assert not [group for group in groups if "RoleArn" in group]


def _matches(request: str, key: str) -> bool:
    pattern = re.escape(key).replace(r"\{proxy\+\}", ".+")
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", pattern), request) is not None
