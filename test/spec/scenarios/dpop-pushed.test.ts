import { expect } from 'vitest';
import { newDpopKey } from '../../support/dpop-key.ts';
import { redirectUri } from '../support/granted.ts';
import { app, openDesk } from '../support/desk.ts';
import { verifies } from '../verifies.ts';

verifies('rfc9449:10.1:pushed-key', 'a proof beside a pushed request is judged, and does once', async () => {
  const desk = await openDesk();
  try {
    const key = await newDpopKey();
    const url = `${desk.client.issuer}/par`;
    const at = Math.floor(desk.deployment.run.clock.now() / 1_000);
    const push = async (dpop: string, more: Readonly<Record<string, string>> = {}) => {
      const body = new URLSearchParams({
        ...{ client_id: app, redirect_uri: redirectUri, response_type: 'code', scope: 'tools:read' },
        ...{ resource: desk.demo, code_challenge: 'c'.repeat(43), code_challenge_method: 'S256', ...more },
      });
      const answer = await desk.client.send('/par', { method: 'POST', headers: { dpop }, body });
      return [answer.status, answer.body['error']];
    };
    const proof = await key.prove({ url, at });
    expect(await push(proof, { dpop_jkt: 'a'.repeat(43) })).toEqual([400, 'invalid_dpop_proof']);
    expect(await push(proof, { dpop_jkt: key.jkt })).toEqual([201, undefined]);
    expect(await push(proof)).toEqual([400, 'invalid_dpop_proof']);
    const forToken = await key.prove({ url: `${desk.client.issuer}/token`, at });
    expect(await push(forToken)).toEqual([400, 'invalid_dpop_proof']);
    expect(await push(await key.prove({ url, at }))).toEqual([201, undefined]);
  } finally {
    await desk.close();
  }
});
