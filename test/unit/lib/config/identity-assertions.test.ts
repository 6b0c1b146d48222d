import { describe, expect, it } from 'vitest';
import { checkConfig, InvalidConfig } from '../../../../lib/config/check-config.ts';
import { assertionTerms } from '../../../../lib/config/identity-assertion-environment.ts';
import type { VestibuleConfig } from '../../../../lib/index.ts';
import { readAssertionTerms } from '../../../../lambdas/oauth/asserting/terms.ts';
import { soundConfig } from './a-config.ts';
import { peopleConfig } from './broken-people.ts';

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const portal = {
  ...{ id: 'portal', agent: 'robot', grants: ['client_credentials', exchange] },
  authentication: { method: 'client_secret_basic' },
};
const chat = { audience: 'https://auth.chat.example', clients: { portal: 'p-1' }, scopes: ['chat.read'] };

function configWith(changes: readonly object[], config: object = peopleConfig): VestibuleConfig {
  const { clients } = config as Pick<VestibuleConfig, 'clients'>;
  const changed: unknown = {
    ...config,
    clients: [...clients, portal],
    identityAssertions: changes.map((change) => ({ ...chat, ...change })),
  };
  return changed as VestibuleConfig;
}

function problemsOf(changes: readonly object[], config?: object): readonly string[] {
  try {
    checkConfig(configWith(changes, config));
    return [];
  } catch (error) {
    if (error instanceof InvalidConfig) return error.message.split('\n');
    throw error;
  }
}

describe('an authorization server that is told who people are', () => {
  it('is taken with every field written, and goes to the token function', () => {
    const [{ id } = { id: '' }] = peopleConfig.identityProviders;
    const full = { identityProviders: [id], resources: ['https://api.chat.example'], email: true };
    expect(problemsOf([full, { audience: 'https://auth.wiki.example' }])).toEqual([]);
    expect(readAssertionTerms(assertionTerms(configWith([full])))).toEqual([
      {
        ...{ audience: chat.audience, scopes: chat.scopes, resources: full.resources, email: true },
        ...{ clients: [{ id: 'portal', there: 'p-1' }], idps: [id] },
      },
    ]);
  });

  it('is for people who sign in', () => {
    expect(problemsOf([{}], soundConfig)).toEqual([
      'identityAssertions: are about people who sign in, and nobody does; add identityProviders',
    ]);
  });

  it.each([
    [[{ audience: 'chat' }], /\[0\]\.audience: 'chat' is not an issuer; write it as/],
    [[{}, {}], /\[1\]\.audience: 'https:\/\/auth\.chat\.example' is that of identityAssertions\[0\] too/],
    [[{ clients: {} }], /clients: names no client/],
    [
      [{ clients: { protal: 'p' } }],
      /clients\.protal: 'protal' is no client of this config; did you mean 'portal'/,
    ],
    [
      [{ clients: { 'robot-client': 'p' } }],
      /does not hold the grant; add 'urn:ietf:params:oauth:grant-type:token-exchange'/,
    ],
    [[{ clients: { portal: '' } }], /clients\.portal: '' is not the id of a client/],
    [[{ scopes: [] }], /scopes: names no scope/],
    [[{ resources: ['api'] }], /resources\[0\]: 'api' is not a resource/],
    [[{ identityProviders: [] }], /identityProviders: names no identity provider/],
    [
      [{ identityProviders: ['nobody'] }],
      /identityProviders\[0\]: 'nobody' is no identity provider of this config/,
    ],
  ])('is refused with %j', (changes, words) => {
    expect(problemsOf(changes).join('\n')).toMatch(words);
  });
});
