import type { CfnOAuth2CredentialProvider } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { ClientConfig, GrantTypeConfig, VestibuleConfig } from '../config/config.ts';
import { didYouMean, type Problem, show } from '../config/problem.ts';

/** What AgentCore exchanges for a token in the name of who is behind a call. */
export interface OnBehalfOf {
  /** `TOKEN_EXCHANGE` is RFC 8693, `JWT_AUTHORIZATION_GRANT` RFC 7523. */
  readonly grantType: 'TOKEN_EXCHANGE' | 'JWT_AUTHORIZATION_GRANT';
  /** Who acts, by a token of its own; only with `TOKEN_EXCHANGE`. Default: `NONE`, the client itself. */
  readonly actorTokenContent?: 'NONE' | 'M2M' | 'AWS_IAM_ID_TOKEN_JWT';
  /** Scopes of the actor's token, which the agent gets at one of its resources; only with `M2M`. */
  readonly actorTokenScopes?: readonly string[];
}

/** A provider that exchanges tokens. */
export interface Exchanger {
  readonly clientId: string;
  readonly agent: string;
  readonly obo: OnBehalfOf;
}

/** What is wrong with the option in itself. */
export function oboProblems(obo: OnBehalfOf | undefined): readonly Problem[] {
  if (obo === undefined) return [];
  const { grantType, actorTokenContent, actorTokenScopes } = obo;
  if (actorTokenContent !== undefined && grantType !== 'TOKEN_EXCHANGE') {
    const text = `${show(actorTokenContent)} stands beside ${show(grantType)}, which has no actor; remove it`;
    return [{ path: 'obo.actorTokenContent', text }];
  }
  if (actorTokenScopes === undefined || actorTokenContent === 'M2M') return [];
  const text = "is given, but no token is asked for an actor; write actorTokenContent: 'M2M', or remove it";
  return [{ path: 'obo.actorTokenScopes', text }];
}

/** Why the exchanges of a provider would all be refused, by the config with everything that was attached to it. */
export function unworkable(
  { clientId, agent: id, obo }: Exchanger,
  config: VestibuleConfig,
  agentsByRole: ReadonlySet<string>,
): readonly string[] {
  const agent = config.agents.find((candidate) => candidate.id === id);
  const problem = (text: string): string => `the credential provider of client '${clientId}' ${text}`;
  return [
    ...(agent?.onBehalfOf === undefined
      ? [
          problem(
            `exchanges tokens for agent '${id}', which acts in nobody's name; give that agent onBehalfOf`,
          ),
        ]
      : []),
    ...(obo.actorTokenContent === 'M2M'
      ? actorTokenProblems(id, agent?.scopes ?? {}, obo.actorTokenScopes ?? []).map(problem)
      : []),
    ...(obo.actorTokenContent === 'AWS_IAM_ID_TOKEN_JWT' && !agentsByRole.has(id) && !isRole(id, config)
      ? [
          problem(
            `sends a token of the role of agent '${id}', which is a client by no role; write authentication: 'aws-iam-jwt' with its executionRole, or add a client with method 'aws_iam_jwt'`,
          ),
        ]
      : []),
  ];
}

function actorTokenProblems(
  id: string,
  catalogue: VestibuleConfig['agents'][number]['scopes'],
  asked: readonly string[],
): readonly string[] {
  const entries = Object.values(catalogue).map(({ required = [], optional = [] }) => [
    ...required,
    ...optional,
  ]);
  if (entries.length === 0) {
    return [
      `needs a token of agent '${id}' itself, which has no scopes anywhere; give it some, or write actorTokenContent: 'NONE'`,
    ];
  }
  const known = entries.flat();
  const unknown = asked.find((scope) => !known.includes(scope));
  if (unknown !== undefined) {
    return [
      `asks for the actor scope ${show(unknown)}, which agent '${id}' does not get; ${didYouMean(unknown, known)}`,
    ];
  }
  return entries.some((entry) => asked.every((scope) => entry.includes(scope)))
    ? []
    : [`asks for actor scopes of several resources, and a token is for one; name those of one`];
}

function isRole(id: string, { clients }: VestibuleConfig): boolean {
  return clients.some(({ agent, authentication: { method } }) => agent === id && method === 'aws_iam_jwt');
}

/** As AgentCore is told it. */
export function exchangeConfig({
  grantType,
  actorTokenContent,
  actorTokenScopes,
}: OnBehalfOf): CfnOAuth2CredentialProvider.OnBehalfOfTokenExchangeConfigProperty {
  if (grantType !== 'TOKEN_EXCHANGE') return { grantType };
  return {
    grantType,
    tokenExchangeGrantTypeConfig: {
      actorTokenContent: actorTokenContent ?? 'NONE',
      ...(actorTokenScopes && { actorTokenScopes: [...actorTokenScopes] }),
    },
  };
}

/**
 * The grants of the client that AgentCore is: it asks for the agent itself, where people sign in in the name of a person
 * too (`USER_FEDERATION`), and for what it exchanges.
 */
export function grants(
  { identityProviders = [] }: VestibuleConfig,
  obo: OnBehalfOf | undefined,
): Pick<ClientConfig, 'grants'> {
  const signsIn = identityProviders.length > 0;
  if (obo === undefined && !signsIn) return {};
  return {
    grants: [
      'client_credentials',
      ...(signsIn ? (['authorization_code', 'refresh_token'] as const) : []),
      ...(obo === undefined ? [] : [grantOf(obo)]),
    ],
  };
}

function grantOf({ grantType }: OnBehalfOf): GrantTypeConfig {
  return grantType === 'TOKEN_EXCHANGE'
    ? 'urn:ietf:params:oauth:grant-type:token-exchange'
    : 'urn:ietf:params:oauth:grant-type:jwt-bearer';
}
