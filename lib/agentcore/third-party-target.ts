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

function unworkable(
  { agent, config, obo }: Provider,
  { thirdParty, scopes, inNameOf }: ThirdPartyTargetOptions,
): readonly Problem[] {
  const isExchanged = inNameOf === 'caller';
  if (isExchanged && obo?.grantType !== 'TOKEN_EXCHANGE') {
    const text =
      "is 'caller', but the provider exchanges no tokens; give it obo with grantType 'TOKEN_EXCHANGE'";
    return [{ path: 'inNameOf', text }];
  }
  const found = config.agents.find(({ id }) => id === agent);
  const { required = [], optional = [] } = found?.scopes[thirdParty] ?? {};
  const delegated = found?.onBehalfOf?.[thirdParty]?.scopes ?? [];
  const inOthers = Array.isArray(delegated) ? (delegated as readonly string[]) : Object.keys(delegated);
  const known = isExchanged ? inOthers : [...required, ...optional];
  const what = isExchanged ? 'onBehalfOf' : 'scopes';
  if (known.length === 0 || scopes.length === 0) {
    const text = `name no scope that agent ${show(agent)} has at ${show(thirdParty)}; give it some by ${what}, and name them`;
    return [{ path: 'scopes', text }];
  }
  return scopes
    .filter((scope) => !known.includes(scope))
    .map((scope) => ({
      path: 'scopes',
      text: `has ${show(scope)}, which agent ${show(agent)} does not get there by ${what}; ${didYouMean(scope, known)}`,
    }));
}
