import * as v from 'valibot';
import type { EgressProvider, ServiceEgress } from '../ports/egress-providers.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import { Secret } from '../runtime/secret.ts';
import { askTokens } from './ask-tokens.ts';
import { installationToken } from './installation.ts';
import type { ConnectionPorts } from './ports.ts';
import type { GivenTokens } from './read-answer.ts';
import type { ThirdPartyRefusal } from './refusal.ts';
import { tokenRequest } from './token-request.ts';

type ServicePorts = Pick<ConnectionPorts, 'ask' | 'secrets' | 'signer' | 'clock' | 'pause'>;

/** A secret of ours is read anew after so long: whoever changed it waits no longer for that. Seconds. */
const secretSeconds = 300;

/** All that agents may be let do there, as the third party calls it. */
export function upstreamOf({ scopes }: Pick<EgressProvider, 'scopes'>): readonly string[] {
  return [...new Set(scopes.flatMap(({ upstream }) => upstream))];
}

/** What calls bear in the name of the deployment itself, by the secret or the key that it has there. */
export async function serviceTokens(
  ports: ServicePorts,
  provider: EgressProvider,
  credential: ServiceEgress,
): Promise<Result<GivenTokens, ThirdPartyRefusal>> {
  switch (credential.kind) {
    case 'client_credentials': {
      const upstream = upstreamOf(provider);
      const scope = upstream.length > 0 ? { scope: upstream.join(credential.scopeSeparator) } : {};
      // RFC 6749 §4.4.2
      const parameters = { grant_type: 'client_credentials', ...scope };
      return askTokens(ports, provider, {
        ...{ needsSecret: true, shape: credential.answer, of: 'refresh' },
        request: (secret) => tokenRequest(credential, parameters, secret),
      });
    }
    case 'api_key':
    case 'basic':
      return heldSecret(ports, provider, credential.kind);
    case 'github_app':
      return installationToken(ports, provider, credential, {
        ...{ permissions: upstreamOf(provider), repositories: [] },
      });
  }
}

const members = {
  api_key: v.pipe(v.string(), v.parseJson(), v.object({ api_key: v.string() })),
  basic: v.pipe(v.string(), v.parseJson(), v.object({ username: v.string(), password: v.string() })),
};

/** What can stand in a header. */
const printable = /^[\x20-\x7e]+$/;

/** Read anew: it was refused, or is five minutes old. */
async function heldSecret(
  { secrets }: ServicePorts,
  { id, ...provider }: EgressProvider,
  kind: 'api_key' | 'basic',
): Promise<Result<GivenTokens, ThirdPartyRefusal>> {
  secrets.doubt(id);
  const text = (await secrets.current(id)).reveal();
  const held = kind === 'basic' ? credentialsIn(text) : keyIn(text);
  if (held === undefined) return refuse({ kind: 'ours', error: 'secret_unusable' });
  return ok({
    ...{ access: new Secret(held), accessSeconds: secretSeconds },
    ...{ scopes: upstreamOf(provider), facts: [] },
  });
}

/** The text itself, or its member `api_key` where it is a JSON object. */
function keyIn(text: string): string | undefined {
  const json = v.safeParse(members.api_key, text);
  const key = (json.success ? json.output.api_key : text).trim();
  return printable.test(key) && !key.startsWith('{') ? key : undefined;
}

/** RFC 7617 §2: no colon in the name. */
function credentialsIn(text: string): string | undefined {
  const json = v.safeParse(members.basic, text);
  if (!json.success || json.output.username.includes(':')) return undefined;
  const credentials = `${json.output.username}:${json.output.password}`;
  // RFC 7617 §2: no control characters.
  return /[\x00-\x1f\x7f]/.test(credentials) ? undefined : credentials;
}
