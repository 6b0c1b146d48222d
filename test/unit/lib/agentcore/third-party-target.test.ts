import { describe, expect, test } from 'vitest';
import {
  thirdPartyTarget,
  type ThirdPartyTargetOptions,
} from '../../../../lib/agentcore/third-party-target.ts';
import { InvalidConfig } from '../../../../lib/config/check-config.ts';
import type { VestibuleConfig } from '../../../../lib/config/config.ts';
import { aConfig } from '../../../infrastructure/synthesized.ts';

const [clerk] = aConfig.agents;
const config: VestibuleConfig = {
  ...aConfig,
  egress: { providers: [{ id: 'github', uses: 'github' }] },
  agents: [
    {
      ...clerk!,
      id: 'clerk',
      scopes: { github: { required: ['issues.read'], optional: ['issues.write'] } },
      onBehalfOf: { github: { scopes: { 'issues.read': ['ask'] } } },
    },
  ],
};
const provider = {
  ...{ credentialProviderArn: 'arn:aws:bedrock-agentcore:us-east-1:111122223333:provider', agent: 'clerk' },
  ...{ obo: { grantType: 'TOKEN_EXCHANGE' as const }, issuer: 'https://auth.example.com', config },
};
const options: ThirdPartyTargetOptions = {
  thirdParty: 'github',
  scopes: ['issues.read'],
  inNameOf: 'caller',
};

describe('a target of a gateway for a third party', () => {
  test.each([
    ['by the account of the person who called', 'caller', 'TOKEN_EXCHANGE'],
    ['by the account of the agent', 'agent', 'CLIENT_CREDENTIALS'],
  ] as const)('goes to the proxy, %s', (_how, inNameOf, grantType) => {
    expect(thirdPartyTarget(provider, { ...options, inNameOf })).toEqual({
      serverUrl: 'https://auth.example.com/egress/github',
      credentials: {
        credentialProviderType: 'OAUTH',
        credentialProvider: {
          oauthCredentialProvider: {
            ...{ providerArn: provider.credentialProviderArn, scopes: ['issues.read'], grantType },
            customParameters: { resource: 'https://auth.example.com/egress/github' },
          },
        },
      },
    });
  });

  test('may name scopes by a list, as delegations do', () => {
    const agents = config.agents.map((agent) => ({
      ...agent,
      onBehalfOf: { github: { scopes: ['issues.read'] } },
    }));
    const listed = { ...provider, config: { ...config, agents } };
    expect(thirdPartyTarget(listed, options).serverUrl).toBe('https://auth.example.com/egress/github');
  });

  const { obo, ...withoutObo } = provider;
  test.each<[string, typeof provider | typeof withoutObo, Partial<ThirdPartyTargetOptions>, string]>([
    [
      'no third party',
      provider,
      { thirdParty: 'gitub' },
      "thirdParty: 'gitub' is no third party of this config; did you mean 'github'?",
    ],
    [
      'one of a config without any',
      { ...provider, config: aConfig },
      {},
      "thirdParty: 'github' is no third party of this config; the config has no egress: add it",
    ],
    [
      'a provider that exchanges nothing',
      withoutObo,
      {},
      "inNameOf: is 'caller', but the provider exchanges no tokens; give it obo with grantType 'TOKEN_EXCHANGE'",
    ],
    [
      'a scope that the agent has for itself alone',
      provider,
      { scopes: ['issues.write'] },
      "scopes: has 'issues.write', which agent 'clerk' does not get there by onBehalfOf; use one of issues.read",
    ],
    [
      'a scope that it has nowhere',
      provider,
      { inNameOf: 'agent', scopes: ['issues.reed'] },
      "scopes: has 'issues.reed', which agent 'clerk' does not get there by scopes; did you mean 'issues.read'?",
    ],
    [
      'no scope',
      provider,
      { scopes: [] },
      "scopes: name no scope that agent 'clerk' has at 'github'; give it some by onBehalfOf, and name them",
    ],
  ])('fails for %s', (_what, of, change, told) => {
    expect(obo.grantType).toBe('TOKEN_EXCHANGE');
    expect(() => thirdPartyTarget(of, { ...options, ...change })).toThrow(InvalidConfig);
    expect(() => thirdPartyTarget(of, { ...options, ...change })).toThrow(told);
  });
});
