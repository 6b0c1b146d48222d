import { describe, expect, it } from 'vitest';
import type { DocumentPolicy } from '../../../lambdas/oauth/registration/document-trust.ts';
import type { DocumentRefusal } from '../../../lambdas/ports/documents.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import { ok } from '../../../lambdas/runtime/result.ts';
import { start, url, document, open, forbidden, served, failed, hosts, copyOf } from './document-hosts.ts';

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
    ['does not answer in time', { reason: 'timed_out' }],
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
    const { find, gone } = hosts([served(), failed(refusal), failed({ reason: 'unreachable' })]);
    await find(start);
    const then = after(start, 3_600);
    expect(await find(then)).toMatchObject({ ok: false, refusal: { reason: 'invalid' } });
    expect(gone).toEqual([then]);
    // Nor when its host fails after that, whether the copy in the store bears the mark yet or not.
    const copy = copyOf(start, then);
    for (const kept of [undefined, copy, { ...copy, goneAt: then }]) {
      expect(await find(after(then, 60), kept)).toMatchObject({ refusal: { reason: 'unreachable' } });
    }
  });

  it('stands again in no other instance once it is marked as gone, until its host has it again', async () => {
    const { find } = hosts([failed({ reason: 'unreachable' }), served()], { keeps: false });
    const marked = { ...copyOf(start, after(start, 86_400)), goneAt: after(start, 60) };
    expect(await find(after(start, 120), marked)).toMatchObject({ refusal: { reason: 'unreachable' } });
    expect((await find(after(start, 180), marked)).ok).toBe(true);
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
    { reason: 'timed_out' },
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
    const marked = { ...copyOf(start, start), url: code, goneAt: start };
    const told = hosts([failed(forbidden)]);
    expect(await told.find(start, marked, code)).toMatchObject({ refusal: { reason: 'unreachable' } });
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
    curated: [
      { host: 'curated.example', consent: 'implied' },
      { host: 'asked.example' },
      { host: 'app.example.com:8443', consent: 'implied' },
    ],
  };

  it.each([
    ['app.example.com', 'asked', false],
    ['a.b.trusted.example', 'asked', false],
    ['curated.example', 'implied', true],
    ['asked.example', 'asked', true],
    ['app.example.com:8443', 'implied', true],
  ])('may be trusted: %s', async (host, consent, curated) => {
    const of = `https://${host}/client.json`;
    const { find } = hosts([served({ ...document, client_id: of })], { policy });
    expect(await find(start, undefined, of)).toMatchObject({
      ok: true,
      value: { consent, managedBy: { kind: 'document', curated } },
    });
  });

  it.each([
    ...['bad.trusted.example', 'bad.trusted.example:8443', 'trusted.example', 'other.example'],
    ...['sub.app.example.com', 'app.example.com:9443', 'curated.example:8443', 'a.trusted.example:8443'],
  ])('may not be trusted, and is then not even asked: %s', async (host) => {
    const { find, asked } = hosts([served()], { policy });
    expect(await find(start, undefined, `https://${host}/client.json`)).toMatchObject({
      refusal: { reason: 'denied' },
    });
    expect(asked).toEqual([]);
  });
});
