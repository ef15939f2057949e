import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { apiRoutes } from '#handlers/http-api/routes.ts';
import { linkRoutes } from '#handlers/links/routes.ts';
import { runtimesRoutes } from '#handlers/runtimes-api/routes.ts';

// Path and query stay out: the query carries the token, and a path could carry one by mistake.
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    at: '$context.requestTime',
    route: '$context.routeKey',
    status: '$context.status',
    milliseconds: '$context.responseLatency',
    failure: '$context.integrationErrorMessage',
  }),
);

/** Without OPTIONS: the gateway answers what browsers ask before a request, and no token comes with that. */
const apiMethods = [
  HttpMethod.GET,
  HttpMethod.HEAD,
  HttpMethod.POST,
  HttpMethod.PUT,
  HttpMethod.PATCH,
  HttpMethod.DELETE,
];

const corsFor = (allowOrigins: readonly string[]) => ({
  allowOrigins: [...allowOrigins],
  allowMethods: [
    CorsHttpMethod.GET,
    CorsHttpMethod.HEAD,
    CorsHttpMethod.POST,
    CorsHttpMethod.PUT,
    CorsHttpMethod.PATCH,
    CorsHttpMethod.DELETE,
  ],
  allowHeaders: ['authorization', 'content-type', 'if-match', 'idempotency-key'],
  exposeHeaders: ['etag', 'location'],
});

export type LinksApiProps = {
  readonly logRetention: RetentionDays;
  /** Origins of pages that may call the API from a browser; none: no page may. */
  readonly allowOrigins: readonly string[];
};

/** The one thing of a stage that anybody can reach, throttled: the pages behind the links in our mails, and the API. */
export class LinksApi extends Construct {
  /** Where the links lead, without a slash at the end. */
  readonly url: string;
  readonly #api: HttpApi;

  constructor(scope: Construct, id: string, { logRetention, allowOrigins }: LinksApiProps) {
    super(scope, id);
    this.#api = new HttpApi(this, 'Api', {
      // Needed, and need not be unique.
      apiName: Stack.of(this).stackName,
      description: 'GPU Warden: the links in its mails, and its API',
      createDefaultStage: false,
      ...(allowOrigins.length === 0 ? {} : { corsPreflight: corsFor(allowOrigins) }),
    });
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.#api,
      autoDeploy: true,
      throttle: { rateLimit: 20, burstLimit: 40 },
      accessLogSettings: { destination: new LogGroupLogDestination(accessLog), format: accessLogFormat },
    });
    this.url = this.#api.apiEndpoint;
  }

  /** Each purpose of a link is a route; which methods it takes its handler knows. */
  serve(pages: IFunction): void {
    const integration = new HttpLambdaIntegration('Pages', pages);
    for (const route of linkRoutes) {
      this.#api.addRoutes({ path: `/${route}`, methods: [HttpMethod.ANY], integration });
    }
    Validations.of(this.#api).acknowledge({
      id: 'AwsSolutions::AwsSolutions-APIG4',
      reason:
        'A link in a mail is its own authorisation: it is signed, expires, and names the one thing that it may do. The description of the API holds nothing of anybody.',
    });
  }
  /** The API: the gateway checks every token before the function sees it. Only its description is open. */
  serveApi(api: IFunction, runtimesApi: IFunction, authorizer: IHttpRouteAuthorizer): void {
    const integration = new HttpLambdaIntegration('Api', api);
    const runtimes = new HttpLambdaIntegration('RuntimesApi', runtimesApi);
    for (const path of runtimesRoutes) {
      this.#api.addRoutes({ path, methods: apiMethods, integration: runtimes, authorizer });
    }
    for (const path of apiRoutes.signedIn) {
      this.#api.addRoutes({ path, methods: apiMethods, integration, authorizer });
    }
    for (const path of apiRoutes.open) this.#api.addRoutes({ path, methods: [HttpMethod.GET], integration });
  }
}
