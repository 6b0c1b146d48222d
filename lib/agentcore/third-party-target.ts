import type { CfnGatewayTarget } from 'aws-cdk-lib/aws-bedrockagentcore';
import { InvalidConfig } from '../config/check-config.ts';
import type { VestibuleConfig } from '../config/config.ts';
import { didYouMean, type Problem, show } from '../config/problem.ts';
import type { OnBehalfOf } from './obo.ts';

export interface ThirdPartyTargetOptions {
  /** The id of a third party of the config's `egress`. */
  readonly thirdParty: string;
  /** What the gateway does there: names that the config has for it at that third party. */
  readonly scopes: readonly string[];
  /** By whose account: that of the person who called the gateway (needs `obo` with `TOKEN_EXCHANGE`), or the agent's own. */
  readonly inNameOf: 'caller' | 'agent';
}

/** What a target of a gateway calls a third party by. */
export interface ThirdPartyTarget {
  /** Of the OpenAPI schema (`servers[0].url`), in place of the address of the third party's API. */
  readonly serverUrl: string;
  /** One of `CfnGatewayTarget`'s `credentialProviderConfigurations`. */
  readonly credentials: CfnGatewayTarget.CredentialProviderConfigurationProperty;
}

interface Provider {
  readonly credentialProviderArn: string;
  readonly agent: string;
  readonly obo?: OnBehalfOf | undefined;
  readonly issuer: string;
  readonly config: VestibuleConfig;
}

/** Throws `InvalidConfig` for options by which no token would ever be had. */
export function thirdPartyTarget(provider: Provider, options: ThirdPartyTargetOptions): ThirdPartyTarget {
  const problems = [...unknownThirdParty(provider, options), ...unworkable(provider, options)];
  if (problems.length > 0) throw new InvalidConfig(problems);
  const resource = `${provider.issuer}/egress/${options.thirdParty}`;
  return {
    serverUrl: resource,
    credentials: {
      credentialProviderType: 'OAUTH',
      credentialProvider: {
        oauthCredentialProvider: {
          providerArn: provider.credentialProviderArn,
          scopes: [...options.scopes],
          grantType: options.inNameOf === 'caller' ? 'TOKEN_EXCHANGE' : 'CLIENT_CREDENTIALS',
          customParameters: { resource },
        },
      },
    },
  };
}

function unknownThirdParty(
  { config }: Provider,
  { thirdParty }: ThirdPartyTargetOptions,
): readonly Problem[] {
  const ids = config.egress?.providers.map(({ id }) => id) ?? [];
  if (ids.includes(thirdParty)) return [];
  const fix = ids.length === 0 ? 'the config has no egress: add it' : didYouMean(thirdParty, ids);
  return [{ path: 'thirdParty', text: `${show(thirdParty)} is no third party of this config; ${fix}` }];
}

function unworkable(provider: Provider, options: ThirdPartyTargetOptions): readonly Problem[] {
  const isExchanged = options.inNameOf === 'caller';
  if (isExchanged && provider.obo?.grantType !== 'TOKEN_EXCHANGE') {
    const text =
      "is 'caller', but the provider exchanges no tokens; give it obo with grantType 'TOKEN_EXCHANGE'";
    return [{ path: 'inNameOf', text }];
  }
  return isExchanged
    ? beyondHeld(provider, options, 'onBehalfOf', scopesForOthers(provider, options))
    : beyondHeld(provider, options, 'scopes', ownScopes(provider, options));
}

function ownScopes({ agent, config }: Provider, { thirdParty }: ThirdPartyTargetOptions): readonly string[] {
  const { required = [], optional = [] } =
    config.agents.find(({ id }) => id === agent)?.scopes[thirdParty] ?? {};
  return [...required, ...optional];
}

function scopesForOthers(
  { agent, config }: Provider,
  { thirdParty }: ThirdPartyTargetOptions,
): readonly string[] {
  const rules = config.agents.find(({ id }) => id === agent)?.onBehalfOf;
  const delegated = rules?.[thirdParty]?.scopes ?? [];
  return Array.isArray(delegated) ? (delegated as readonly string[]) : Object.keys(delegated);
}

/** `by`: where the config says what the agent holds. */
function beyondHeld(
  { agent }: Provider,
  { thirdParty, scopes }: ThirdPartyTargetOptions,
  by: 'onBehalfOf' | 'scopes',
  held: readonly string[],
): readonly Problem[] {
  if (held.length === 0 || scopes.length === 0) {
    const text = `name no scope that agent ${show(agent)} has at ${show(thirdParty)}; give it some by ${by}, and name them`;
    return [{ path: 'scopes', text }];
  }
  return scopes
    .filter((scope) => !held.includes(scope))
    .map((scope) => ({
      path: 'scopes',
      text: `has ${show(scope)}, which agent ${show(agent)} does not get there by ${by}; ${didYouMean(scope, held)}`,
    }));
}
