import { createHmac } from 'node:crypto';
import type { KeycloakServer, Realm } from './keycloak.ts';

/** Two realms as administrators have them: one tells realm roles, the other the roles of our client. */
export type RolesIn = 'staff' | 'apps';

interface OfUs {
  readonly clientSecret: string;
  readonly redirectUri: string;
}

const otpSecret = 'only-on-this-machine';

/**
 * A realm of two editors, of whom `ann` has a second factor and `dan` has none; `ben` is no editor, and `cyd` may not even be
 * given an offline token.
 */
export function realmWithRoles(realm: RolesIn, { clientSecret, redirectUri }: OfUs): Realm {
  const person = (username: string, more: object, credentials: readonly object[] = []): object => ({
    ...{ username, firstName: username, lastName: 'Adams', email: `${username}@${realm}.example` },
    ...{ enabled: true, emailVerified: true, ...more },
    credentials: [{ type: 'password', value: username, temporary: false }, ...credentials],
  });
  const otp = {
    type: 'otp',
    secretData: JSON.stringify({ value: otpSecret }),
    credentialData: JSON.stringify({
      ...{ subType: 'totp', digits: 6, period: 30, counter: 0, algorithm: 'HmacSHA1' },
    }),
  };
  // One of the roles that Keycloak gives to everybody who is not imported.
  const usual = { realmRoles: ['offline_access'] };
  const editor =
    realm === 'staff'
      ? { realmRoles: ['offline_access', 'editor'] }
      : { ...usual, clientRoles: { vestibule: ['editor'] } };
  return {
    ...{ realm, enabled: true, sslRequired: 'none', accessTokenLifespan: 3_600 },
    roles:
      realm === 'staff' ? { realm: [{ name: 'editor' }] } : { client: { vestibule: [{ name: 'editor' }] } },
    users: [person('ann', editor, [otp]), person('ben', usual), person('cyd', {}), person('dan', editor)],
    clients: [
      {
        ...{ clientId: 'vestibule', secret: clientSecret, protocol: 'openid-connect', enabled: true },
        // An id_token to paste comes by a password, where an administrator has a browser.
        ...{ publicClient: false, standardFlowEnabled: true, directAccessGrantsEnabled: true },
        redirectUris: [redirectUri],
        attributes: { 'pkce.code.challenge.method': 'S256' },
        protocolMappers: [rolesMapper(realm)],
      },
    ],
  };
}

/** What "Add to ID token" makes of a mapper of roles; without it they are in access tokens alone. */
export function rolesMapper(realm: RolesIn): object {
  const kind = realm === 'staff' ? 'realm' : 'client';
  return {
    ...{ name: 'roles', protocol: 'openid-connect', protocolMapper: `oidc-usermodel-${kind}-role-mapper` },
    config: {
      ...{ multivalued: 'true', 'jsonType.label': 'String', 'id.token.claim': 'true' },
      ...(kind === 'realm'
        ? { 'claim.name': 'realm_access.roles' }
        : {
            'claim.name': 'resource_access.${client_id}.roles',
            'usermodel.clientRoleMapping.clientId': 'vestibule',
          }),
    },
  };
}

let given = 0;

/** A one-time password of `ann` (RFC 6238): each is good once, those of the half minute before and after as well. */
export function oneTimePassword(): string {
  const off = [0, -1, 1][given % 3] ?? 0;
  given += 1;
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + off));
  const digest = createHmac('sha1', otpSecret).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/**
 * Has a realm sign people in by levels, as its documentation says (Server Administration Guide, "Creating a browser login
 * flow with step-up mechanism"): `silver` is a password, `gold` another factor besides.
 */
export async function setUpLevels({ call }: KeycloakServer, realm: RolesIn): Promise<void> {
  const ask = call.bind(undefined, realm);
  const post = (path: string, body: object): Promise<unknown> => ask('POST', `authentication/${path}`, body);
  const subFlow = (parent: string, alias: string): Promise<unknown> =>
    post(`flows/${parent}/executions/flow`, { alias, type: 'basic-flow', description: '', provider: '' });
  const step = (flow: string, provider: string): Promise<unknown> =>
    post(`flows/${flow}/executions/execution`, { provider });
  await post('flows', { alias: 'levels', providerId: 'basic-flow', topLevel: true, builtIn: false });
  await step('levels', 'auth-cookie');
  await subFlow('levels', 'levels-forms');
  for (const [level, form] of [
    ['1', 'auth-username-password-form'],
    ['2', 'auth-otp-form'],
  ] as const) {
    await subFlow('levels-forms', `level-${level}`);
    await step(`level-${level}`, 'conditional-level-of-authentication');
    await step(`level-${level}`, form);
  }
  const executions = (await ask('GET', 'authentication/flows/levels/executions')) as readonly Execution[];
  let level = 0;
  for (const execution of executions) {
    const { id, providerId, displayName } = execution;
    await ask('PUT', 'authentication/flows/levels/executions', {
      ...execution,
      requirement: requirementOf(execution),
    });
    if (providerId !== 'conditional-level-of-authentication') continue;
    level += 1;
    const config = { 'loa-condition-level': String(level), 'loa-max-age': level === 1 ? '36000' : '0' };
    await post(`executions/${id}/config`, { alias: `${displayName}-${level}`, config });
  }
  const attributes = { 'acr.loa.map': JSON.stringify({ silver: 1, gold: 2 }) };
  await ask('PUT', '', { browserFlow: 'levels', attributes });
}

interface Execution {
  readonly id: string;
  readonly providerId?: string;
  readonly displayName: string;
}

function requirementOf({ providerId, displayName }: Execution): string {
  if (providerId === 'auth-cookie' || displayName === 'levels-forms') return 'ALTERNATIVE';
  return displayName.startsWith('level-') ? 'CONDITIONAL' : 'REQUIRED';
}
