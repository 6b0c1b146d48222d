import { describe, expect, it } from 'vitest';
import { checkConfig, InvalidConfig } from '../../../../lib/config/check-config.ts';
import { foreignEnvironment } from '../../../../lib/config/foreign-environment.ts';
import type { VestibuleConfig } from '../../../../lib/index.ts';
import { soundConfig } from './a-config.ts';
import { peopleConfig } from './broken-people.ts';

const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const chat = {
  ...{ id: 'chat', name: 'Chat', grants: [bearer] },
  authentication: { method: 'client_secret_basic' },
};
const anchor = {
  ...{ id: 'acme', issuer: 'https://idp.acme.example', accepts: ['id_jag'] },
  grants: [{ resource: 'files', scopes: ['read'] }],
};
const document = 'https://chat.example.com/client.json';

function problemsOf(change: object, client: object = chat, config: object = soundConfig): readonly string[] {
  const { clients } = config as Pick<VestibuleConfig, 'clients'>;
  const changed: unknown = {
    ...config,
    clients: [...clients, client],
    trustAnchors: [{ ...anchor, ...change }],
  };
  try {
    checkConfig(changed as VestibuleConfig);
    return [];
  } catch (error) {
    if (error instanceof InvalidConfig) return error.message.split('\n');
    throw error;
  }
}

describe('a trust anchor whose ID-JAGs count', () => {
  it.each([
    ['all clients that hold the grant', {}],
    ['those that it names', { clients: ['chat'] }],
    ['one use, or many', { reusable: true }],
  ])('is taken with %s', (_, change) => {
    expect(problemsOf(change)).toEqual([]);
  });

  it('names metadata documents where people sign in', () => {
    const change = { clients: [document] };
    expect(problemsOf(change, chat, peopleConfig)).toEqual([]);
    expect(problemsOf(change)).toEqual([
      `trustAnchors[0].clients[0]: '${document}' is a metadata document, which is a client only where people sign in; declare a client`,
    ]);
  });

  it.each([
    [{ grants: [] }, /grants: is missing; write what an ID-JAG gives at most/],
    [{ clients: [] }, /clients: names no client; leave it out/],
    [{ clients: ['caht'] }, /clients\[0\]: 'caht' is no client of this config; did you mean 'chat'/],
    [{ clients: ['two words'] }, /clients\[0\]: 'two words' is neither the id of a client nor the URL/],
    [{ clients: ['http://chat.example.com/c.json'] }, /clients\[0\]: .* is not https/],
    [{ accepts: ['workload'], clients: ['chat'] }, /clients: is about ID-JAGs, which it does not accept/],
  ])('is refused with %j', (change, words) => {
    expect(problemsOf(change).join('\n')).toMatch(words);
  });

  it('needs a client that presents them', () => {
    const without = { ...chat, grants: ['client_credentials'], agent: 'robot' };
    expect(problemsOf({}, without).join('\n')).toMatch(
      /accepts: names 'id_jag', and no client may present one/,
    );
    expect(problemsOf({ clients: ['chat'] }, without).join('\n')).toMatch(
      /clients\[0\]: 'chat' does not hold the grant; add 'urn:ietf:params:oauth:grant-type:jwt-bearer'/,
    );
  });

  it('goes to the token function with its clients', () => {
    const config = { ...soundConfig, trustAnchors: [{ ...anchor, clients: ['chat'] }] };
    const { TRUST_ANCHORS } = foreignEnvironment(config as unknown as VestibuleConfig);
    expect(JSON.parse(TRUST_ANCHORS)).toMatchObject([{ id: 'acme', accepts: ['id_jag'], clients: ['chat'] }]);
  });
});
