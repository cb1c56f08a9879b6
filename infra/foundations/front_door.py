"""One HTTP API: a route is closed to whoever has no valid token unless it says that it is public.

Methods are listed one by one, so that OPTIONS answers nothing and no other site's script gets in.
The access log has the route, never the path, the address or the query: those may hold people.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from aws_cdk import Stack
from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk.aws_apigatewayv2_authorizers import HttpJwtAuthorizer
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration

from infra.foundations.acknowledged import acknowledge
from infra.foundations.identity import Identity
from infra.foundations.installation import Installation

PER_SECOND_MAX, BURST_MAX = 500, 1_000  # all staff and advocate routes together
ACCESS_LOG = {
    "request": "$context.requestId",
    "route": "$context.routeKey",
    "status": "$context.status",
    "ms": "$context.responseLatency",
    "integration_ms": "$context.integrationLatency",
    "integration_status": "$context.integrationStatus",
    "authorizer_error": "$context.authorizer.error",
    "error": "$context.error.message",
}


@dataclass(frozen=True)
class Limit:
    """Requests per second, and how many at once, before the gateway answers 429."""

    per_second: int
    burst: int


@dataclass
class FrontDoor:
    """The API and its default stage."""

    api: gateway.HttpApi
    stage: gateway.HttpStage
    authorizer: HttpJwtAuthorizer
    _limits: dict[str, Limit] = field(default_factory=dict)
    _integrations: dict[str, HttpLambdaIntegration] = field(default_factory=dict)

    def open(
        self,
        function: lambda_.Function,
        methods: Sequence[str],
        path: str,
        *,
        public: bool = False,
        limit: Limit | None = None,
    ) -> None:
        """Lead these methods of `path` to the function. A limit of its own is for public routes."""
        routes = self.api.add_routes(
            path=path,
            methods=[gateway.HttpMethod[method] for method in methods],
            integration=self._integration(function),
            authorizer=gateway.HttpNoneAuthorizer() if public else self.authorizer,
        )
        for route in routes:
            if public:
                acknowledge(
                    route,
                    "AwsSolutions-APIG4",
                    "The public's own route: a link, a message whose signature is verified, or a "
                    "page whose function verifies the session itself.",
                )
            if limit is not None:
                self._limit(route, limit)

    def _integration(self, function: lambda_.Function) -> HttpLambdaIntegration:
        """One integration and one permission for a function, however many routes lead to it."""
        name = function.node.id
        if name not in self._integrations:
            self._integrations[name] = HttpLambdaIntegration(
                f"{name}Integration", function, scope_permission_to_route=False
            )
        return self._integrations[name]

    def _limit(self, route: gateway.HttpRoute, limit: Limit) -> None:
        stage = self.stage.node.default_child
        if not isinstance(stage, gateway.CfnStage):
            raise TypeError("the stage is not what the CDK makes of one")
        cfn_route = route.node.default_child
        if not isinstance(cfn_route, gateway.CfnRoute):
            raise TypeError("the route is not what the CDK makes of one")
        self._limits[str(cfn_route.route_key)] = limit
        stage.route_settings = {
            key: {"ThrottlingRateLimit": said.per_second, "ThrottlingBurstLimit": said.burst}
            for key, said in self._limits.items()
        }
        # A setting of a route that is not there yet is refused.
        stage.add_resource_dependency(cfn_route)


def make_front_door(stack: Stack, at: Installation, identity: Identity) -> FrontDoor:
    """The API, its `$default` stage with access log and limits, and the authorizer."""
    api = gateway.HttpApi(
        stack,
        "Api",
        api_name=at.prefix,
        description="Goodword: links, intake, dashboards, approvals",
        create_default_stage=False,
    )
    access_log = logs.LogGroup(
        stack,
        "ApiAccessLogs",
        log_group_name=f"/aws/vendedlogs/apis/{at.prefix}",
        retention=at.log_retention,
        removal_policy=at.removal,
    )
    stage = gateway.HttpStage(
        stack,
        "DefaultStage",
        http_api=api,
        stage_name="$default",
        auto_deploy=True,
        throttle=gateway.ThrottleSettings(rate_limit=PER_SECOND_MAX, burst_limit=BURST_MAX),
    )
    cfn_stage = stage.node.default_child
    if not isinstance(cfn_stage, gateway.CfnStage):
        raise TypeError("the stage is not what the CDK makes of one")
    cfn_stage.access_log_settings = gateway.CfnStage.AccessLogSettingsProperty(
        destination_arn=access_log.log_group_arn, format=json.dumps(ACCESS_LOG)
    )
    issuer = f"https://cognito-idp.{stack.region}.amazonaws.com/{identity.pool.user_pool_id}"
    authorizer = HttpJwtAuthorizer(
        "People", issuer, jwt_audience=[identity.app.user_pool_client_id]
    )
    return FrontDoor(api, stage, authorizer)
