import { describe, expect, it } from 'vitest';
import { documentClients } from '../../../lambdas/oauth/registration/document-clients.ts';
import type { DocumentPolicy } from '../../../lambdas/oauth/registration/document-trust.ts';
import type { DatedDocument, KeptDocument } from '../../../lambdas/ports/client-documents.ts';
import type { DocumentRefusal } from '../../../lambdas/ports/documents.ts';
import { after, type Instant, instant } from '../../../lambdas/runtime/clock.ts';
import { ok, refuse, type Result } from '../../../lambdas/runtime/result.ts';

const start = instant(1_800_000_000);
const url = 'https://app.example.com/client.json';
const document = {
  client_id: url,
  client_name: 'App',
  redirect_uris: ['https://app.example.com/cb'],
};
const open: DocumentPolicy = { customRedirectUris: [], pinnedCopies: true };
const forbidden: DocumentRefusal = { reason: 'status_not_ok', status: 403 };

type Answer = Result<DatedDocument, DocumentRefusal>;
const served = (json: unknown = document, freshSeconds?: number): Answer => ok({ json, freshSeconds });
const failed = (refusal: DocumentRefusal): Answer => refuse(refusal);

/** Clients behind hosts that give these answers in turn, the last one for ever. */
function hosts(answers: readonly Answer[], options: { policy?: DocumentPolicy; keeps?: boolean } = {}) {
  const asked: string[] = [];
  const kept: KeptDocument[] = [];
  const keep = (given: KeptDocument): Promise<void> => {
    kept.push(given);
    return Promise.resolve();
  };
  const clients = documentClients({
    policy: options.policy ?? open,
    hosts: 'public',
    documents: {
      fetchDated: (asking) => {
        const answer = answers[Math.min(asked.length, answers.length - 1)];
        asked.push(asking);
        return Promise.resolve(answer ?? failed({ reason: 'unreachable' }));
      },
    },
    ...(options.keeps === false ? {} : { kept: { keep } }),
  });
  const find = (now: Instant, copy?: KeptDocument, of = url) => clients.find(of, copy, now);
  return { find, asked, kept };
}

const copyOf = (acceptedAt: Instant, freshUntil: Instant): KeptDocument => ({
  url,
  json: document,
  acceptedAt,
  freshUntil,
});

describe('a client that is a metadata document', () => {
  it('is read from it, is public unless it says otherwise, and is kept', async () => {
    const { find, kept } = hosts([served()]);
    expect(await find(start)).toEqual(
      ok({
        id: url,
        name: 'App',
        grantTypes: ['authorization_code', 'refresh_token'],
        authentication: { method: 'none' },
        redirectUris: document.redirect_uris,
        consent: 'asked',
        state: 'active',
        managedBy: { kind: 'document', curated: false },
        createdAt: start,
        updatedAt: start,
      }),
    );
    expect(kept).toEqual([copyOf(start, after(start, 3_600))]);
  });

  it.each([
    ['nothing', undefined, 3_600],
    ['ten minutes', 600, 600],
    ['that it may not be kept', 0, 300],
    ['a year', 31_536_000, 86_400],
  ])('is fresh for as long as its host says, within bounds: %s', async (_said, freshSeconds, seconds) => {
    const { find, asked } = hosts([served(document, freshSeconds)]);
    await find(start);
    await find(after(start, seconds - 1));
    expect(asked).toHaveLength(1);
    await find(after(start, seconds));
    expect(asked).toHaveLength(2);
  });

  it('is asked for once by many at once', async () => {
    const { find, asked } = hosts([served()]);
    await Promise.all(Array.from({ length: 100 }, () => find(start)));
    expect(asked).toHaveLength(1);
  });

  it('is taken from the copy in the store while that is fresh', async () => {
    const { find, asked } = hosts([failed({ reason: 'unreachable' })]);
    expect((await find(start, copyOf(start, after(start, 60)))).ok).toBe(true);
    expect(asked).toEqual([]);
  });

  it.each<[string, DocumentRefusal]>([
    ['does not answer', { reason: 'unreachable' }],
    ['refuses us', forbidden],
    ['fails', { reason: 'status_not_ok', status: 503 }],
    ['has had enough', { reason: 'status_not_ok', status: 429 }],
  ])('stands for a week while its host %s, which is asked again every 30 seconds', async (_what, refusal) => {
    const { find, asked } = hosts([served(), failed(refusal)]);
    await find(start);
    const stale = after(start, 3_600);
    for (const seconds of [0, 29, 30]) expect((await find(after(stale, seconds))).ok).toBe(true);
    expect(asked).toHaveLength(3);
    expect(await find(after(start, 7 * 86_400))).toMatchObject({ refusal: { reason: 'unreachable' } });
  });

  it.each<[string, DocumentRefusal]>([
    ['is gone', { reason: 'status_not_ok', status: 404 }],
    ['has moved', { reason: 'status_not_ok', status: 302 }],
    ['is no JSON', { reason: 'not_json' }],
    ['is too large', { reason: 'too_large' }],
    ['has moved to an address that is not public', { reason: 'address_not_allowed' }],
  ])('does not stand when it %s', async (_what, refusal) => {
    const { find } = hosts([served(), failed(refusal)]);
    await find(start);
    expect(await find(after(start, 3_600))).toMatchObject({ ok: false, refusal: { reason: 'invalid' } });
  });

  it('is never kept when it failed or was not acceptable', async () => {
    const unacceptable = served({ ...document, client_id: 'https://other.example.com/client.json' });
    const { find, asked, kept } = hosts([failed(forbidden), unacceptable, served()]);
    expect((await find(start)).ok).toBe(false);
    expect((await find(start)).ok).toBe(false);
    expect((await find(start)).ok).toBe(true);
    expect(asked).toHaveLength(3);
    expect(kept).toHaveLength(1);
  });

  it('is not fetched for a stranger where nothing is kept', async () => {
    const { find, asked } = hosts([served()], { keeps: false });
    expect(await find(start)).toMatchObject({ ok: false, refusal: { reason: 'unreachable' } });
    expect(asked).toEqual([]);
    expect((await find(start, copyOf(start, start))).ok).toBe(true);
    expect(asked).toHaveLength(1);
  });
});

describe('a well-known client whose host refuses us', () => {
  const code = 'https://claude.ai/oauth/claude-code-client-metadata';

  it.each<DocumentRefusal>([
    forbidden,
    { reason: 'status_not_ok', status: 401 },
    { reason: 'status_not_ok', status: 451 },
    { reason: 'unreachable' },
  ])('is known by our copy of its document: %j', async (refusal) => {
    const { find, kept } = hosts([failed(refusal)]);
    expect(await find(start, undefined, code)).toMatchObject({
      ok: true,
      value: { name: 'Claude Code', authentication: { method: 'none' } },
    });
    expect(kept).toEqual([]);
  });

  it('is not known by it where its host says otherwise, or the config does', async () => {
    const gone = hosts([failed({ reason: 'status_not_ok', status: 404 })]);
    expect((await gone.find(start, undefined, code)).ok).toBe(false);
    const off = hosts([failed(forbidden)], { policy: { ...open, pinnedCopies: false } });
    expect((await off.find(start, undefined, code)).ok).toBe(false);
  });

  it.each([
    'https://claude.ai/oauth/mcp-oauth-client-metadata',
    code,
    'https://vscode.dev/oauth/client-metadata.json',
    'https://chatgpt.com/oauth/client.json',
    'https://chatgpt.com/oauth/codex/client.json',
    'https://zed.dev/oauth/client-metadata.json',
    'https://opencode.ai/oauth/opencode/client.json',
  ])('may be %s', async (of) => {
    expect((await hosts([failed(forbidden)]).find(start, undefined, of)).ok).toBe(true);
  });

  it('proves itself as its document says, as ChatGPT does by its keys', async () => {
    const found = await hosts([failed(forbidden)]).find(
      start,
      undefined,
      'https://chatgpt.com/oauth/client.json',
    );
    expect(found.ok && found.value.authentication).toMatchObject({
      method: 'private_key_jwt',
      keys: { kind: 'jwks_uri', jwksUri: 'https://chatgpt.com/oauth/jwks.json' },
    });
  });
});

describe('a host', () => {
  const policy: DocumentPolicy = {
    ...open,
    allow: ['app.example.com', '*.trusted.example'],
    deny: ['bad.trusted.example'],
    curated: [{ host: 'curated.example', consent: 'implied' }, { host: 'asked.example' }],
  };

  it.each([
    ['app.example.com', 'asked', false],
    ['a.b.trusted.example', 'asked', false],
    ['curated.example', 'implied', true],
    ['asked.example', 'asked', true],
  ])('may be trusted: %s', async (host, consent, curated) => {
    const of = `https://${host}/client.json`;
    const { find } = hosts([served({ ...document, client_id: of })], { policy });
    expect(await find(start, undefined, of)).toMatchObject({
      ok: true,
      value: { consent, managedBy: { kind: 'document', curated } },
    });
  });

  it.each(['bad.trusted.example', 'trusted.example', 'other.example', 'sub.app.example.com'])(
    'may not be trusted, and is then not even asked: %s',
    async (host) => {
      const { find, asked } = hosts([served()], { policy });
      expect(await find(start, undefined, `https://${host}/client.json`)).toMatchObject({
        refusal: { reason: 'denied' },
      });
      expect(asked).toEqual([]);
    },
  );
});

describe('the URL of a metadata document', () => {
  it.each([
    'http://app.example.com/client.json',
    'https://app.example.com',
    'https://app.example.com/',
    'https://app.example.com/client.json#x',
    'https://user@app.example.com/client.json',
    'https://app.example.com/a/../client.json',
    'https://app.example.com/%2e%2e/client.json',
    'https://APP.example.com/client.json',
    'https://app.example.com./client.json',
    'https://app.example.com:443/client.json',
    'https://app.example.com\\client.json',
    'https://',
  ])('is one that means itself, which %s does not', async (of) => {
    const { find, asked } = hosts([served({ ...document, client_id: of })]);
    expect(await find(start, undefined, of)).toMatchObject({ ok: false, refusal: { reason: 'invalid' } });
    expect(asked).toEqual([]);
  });

  it.each(['https://app.example.com:8443/client.json', 'https://app.example.com/client?v=1'])(
    'may be %s',
    async (of) => {
      const { find } = hosts([served({ ...document, client_id: of })]);
      expect((await find(start, undefined, of)).ok).toBe(true);
    },
  );
});

describe('a metadata document', () => {
  const jwk = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' };

  it.each<[string, object]>([
    ['members that we do not know', { surprise: { of: ['any'] }, scope: 7, logo_uri: null }],
    ['grants that we do not know', { grant_types: ['authorization_code', 'urn:x', 7] }],
    [
      'redirect URIs that are none beside one that is',
      { redirect_uris: [...document.redirect_uris, 'x', 7] },
    ],
    [
      'keys by their address',
      { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://a.example/k' },
    ],
    ['its keys', { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } }],
    ['loopback redirect URIs without a port', { redirect_uris: ['http://127.0.0.1/callback'] }],
  ])('may hold %s', async (_what, change) => {
    expect((await hosts([served({ ...document, ...change })]).find(start)).ok).toBe(true);
  });

  it.each<[string, unknown, string]>([
    ['no object', [], 'client_id'],
    ['null', null, 'the document'],
    ['another client_id', { client_id: `${url}/` }, 'client_id'],
    ['a name that nobody sees', { client_name: ' \u200b\u2060\u3164' }, 'client_name'],
    ['no redirect URI', { redirect_uris: [] }, 'redirect_uris'],
    [
      'redirect URIs that are none',
      { redirect_uris: ['http://app.example.com/cb', 'javascript:x'] },
      'redirect_uris',
    ],
    ['a scheme of its own that nobody allowed', { redirect_uris: ['app://x/cb'] }, 'redirect_uris'],
    ['no grant of ours', { grant_types: ['client_credentials'] }, 'grant_types'],
    ['a secret', { client_secret: 'canary-secret' }, 'secret'],
    ['the end of a secret', { client_secret_expires_at: 0 }, 'secret'],
    ['a secret as proof', { token_endpoint_auth_method: 'client_secret_post' }, 'token_endpoint_auth_method'],
    ['Basic as proof', { token_endpoint_auth_method: 'client_secret_basic' }, 'token_endpoint_auth_method'],
    [
      'a shared key as proof',
      { token_endpoint_auth_method: 'client_secret_jwt' },
      'token_endpoint_auth_method',
    ],
    ['keys nowhere', { token_endpoint_auth_method: 'private_key_jwt' }, 'jwks'],
    [
      'keys twice',
      {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: 'https://a.example/k',
        jwks: { keys: [jwk] },
      },
      'jwks',
    ],
    [
      'a private key',
      { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [{ ...jwk, d: 'canary-secret' }] } },
      'jwks',
    ],
    ['keys at no URL', { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'file:///k' }, 'jwks_uri'],
  ])('may not hold %s, and its developer is told', async (_what, change, words) => {
    const json =
      typeof change === 'object' && change !== null && !Array.isArray(change)
        ? { ...document, ...change }
        : change;
    const found = await hosts([served(json)]).find(start);
    expect(found).toMatchObject({ ok: false, refusal: { reason: 'invalid' } });
    const detail = found.ok ? '' : found.refusal.detail;
    expect(detail).toContain(words);
    expect(detail).not.toContain('canary');
  });
});
