import type { KMSClient } from '@aws-sdk/client-kms';
import * as v from 'valibot';
import type { UpstreamToken, VaultBinding, VaultSeals } from '../../ports/vault.ts';
import { Secret } from '../../runtime/secret.ts';
import { kmsEnvelopes } from './envelopes.ts';

const kept = v.pipe(v.string(), v.parseJson(), v.object({ refresh_token: v.string(), sub: v.string() }));

/** `of`: what it was kept as, so that nothing that was derived passes for a refresh token, nor for another of its kind. */
const derived = v.pipe(v.string(), v.parseJson(), v.object({ of: v.string(), text: v.string() }));

/** Refresh tokens in envelopes, each bound to its grant, and to the client at the provider that it was issued to. */
export function kmsVaultSeals(options: {
  readonly client: KMSClient;
  readonly keyArn: string;
  readonly deployment: string;
}): VaultSeals {
  const { deployment } = options;
  const envelopes = kmsEnvelopes(options);
  const contextOf = ({ grant, idp, person, client }: VaultBinding): Record<string, string> => ({
    deployment,
    purpose: 'upstream-grant',
    grant,
    idp,
    person,
    ...(client !== undefined && { client }),
  });
  return {
    seal: async (binding, token) => (await envelopes.fresh(contextOf(binding)))(textOf(token)),
    open: async (binding, sealed) => {
      const { text, envelope } = await envelopes.open(contextOf(binding), sealed);
      const { refresh_token: token, sub } = v.parse(kept, text);
      return {
        ...{ refreshToken: new Secret(token), subject: sub },
        reseal: (other) => envelope(textOf(other)),
        sealDerived: (name, content) => envelope(JSON.stringify({ of: name, text: content.reveal() })),
      };
    },
    openDerived: async (binding, name, sealed) => {
      const { text } = await envelopes.open(contextOf(binding), sealed);
      const opened = v.parse(derived, text);
      if (opened.of !== name) throw new Error('what is kept under that name was kept under another');
      return new Secret(opened.text);
    },
  };
}

function textOf({ refreshToken, subject }: UpstreamToken): string {
  return JSON.stringify({ refresh_token: refreshToken.reveal(), sub: subject });
}
