import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disconnectConnection } from '../../../lambdas/egress/disconnect-connection.ts';
import { renewConnection } from '../../../lambdas/egress/renew-connection.ts';
import { readEgressProvider } from '../../../lambdas/registry/declaration/egress-provider.ts';
import { egressDeclaration } from '../../../lib/egress/declaration.ts';
import { resolveProvider } from '../../../lib/egress/resolve.ts';
import { atlassian } from '../../support/third-parties/atlassian.ts';
import { github } from '../../support/third-parties/github.ts';
import { google } from '../../support/third-parties/google.ts';
import type { Kind } from '../../support/third-parties/kind.ts';
import { linear } from '../../support/third-parties/linear.ts';
import { microsoft } from '../../support/third-parties/microsoft.ts';
import { notion } from '../../support/third-parties/notion.ts';
import { playThirdParty, type ThirdParty } from '../../support/third-parties/play.ts';
import { salesforce } from '../../support/third-parties/salesforce.ts';
import { slack } from '../../support/third-parties/slack.ts';
import { stripe } from '../../support/third-parties/stripe.ts';
import { context } from '../registry/judged-declarations.ts';
import { accessOf, type At, connected, found, placeOf, startVault, type Vault } from './a-vault.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await startVault();
});
afterAll(async () => {
  await vault.stop();
});

/** What a config has of it that only names it: as the registrar declares that, and the registry reads it. */
function declaredAt(party: ThirdParty, { id, declared }: Kind): Partial<At['provider']> {
  const { credential } = declared(party.origin);
  const clientId = 'clientId' in credential ? credential.clientId : '';
  const resolved = resolveProvider({ id, uses: id as 'github', clientId });
  const declaration = JSON.stringify(egressDeclaration(resolved, []))
    // Its hosts are where it is played, but those that people are sent to.
    .replaceAll(/("(?:\w+_endpoint|endpoint|url)":")https:\/\/[^/"]+/g, `$1${party.origin}`);
  const read = readEgressProvider(JSON.parse(declaration), { ...context, hosts: 'loopback' });
  if (!read.ok) throw new Error(JSON.stringify(read.refusal));
  const { credential: known, scopes, api } = read.value;
  return { credential: known, scopes, api };
}

const kinds = { github, slack, google, microsoft, atlassian, notion, linear, salesforce, stripe };

describe.each(Object.entries(kinds))('%s, as it is built in', (_name, kind) => {
  it('is connected, renewed and ended as its documentation has it', async () => {
    const party = await playThirdParty(kind);
    try {
      const at = await vault.at(party, { provider: declaredAt(party, kind) });
      const before = await connected(at);
      expect(before.grant).toBeDefined();
      expect(await renewConnection(at.ports, placeOf(before), before, 'request')).toBe('renewed');
      const renewed = await found(at, before);
      const token = await accessOf(at, renewed);
      expect(party.isGood(token)).toBe(true);
      const { revoked, removeAt } = await disconnectConnection(at.ports, renewed, 'request');
      expect(revoked).toBe(removeAt === undefined);
      expect(party.isGood(token)).toBe(!revoked);
    } finally {
      await party.stop();
    }
  });
});
