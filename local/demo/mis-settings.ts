import { randomBytes } from 'node:crypto';

/** What the demo identity provider runs by. */
export interface IdpSettings {
  readonly issuer: string;
  readonly configuration: Readonly<Record<string, unknown>>;
  /** The client that the deployment is there. */
  readonly client: Readonly<Record<string, unknown>> & { readonly redirect_uris: readonly string[] };
  /** How far its clock is ahead. Seconds. */
  readonly ahead: number;
}

type Claims = Readonly<Record<string, readonly string[]>>;

/** What administrators get wrong, each by the name under which it can be had. */
export const misSettings = {
  nothing: (settings) => settings,
  issuer: (settings) => ({ ...settings, issuer: `${settings.issuer}/realms/company` }),
  'redirect-uri': (settings) =>
    withClient(settings, { redirect_uris: settings.client.redirect_uris.map((uri) => `${uri}/`) }),
  'client-id': (settings) => withClient(settings, { client_id: 'another' }),
  'client-secret': (settings) =>
    withClient(settings, { client_secret: randomBytes(32).toString('base64url') }),
  signing: (settings) => ({
    ...withClient(settings, { id_token_signed_response_alg: 'HS256' }),
    configuration: { ...settings.configuration, enabledJWA: { idTokenSigningAlgValues: ['HS256'] } },
  }),
  groups: (settings) => {
    const { groups, ...claims } = settings.configuration['claims'] as Claims;
    return groups === undefined
      ? settings
      : { ...settings, configuration: { ...settings.configuration, claims } };
  },
  clock: (settings) => ({ ...settings, ahead: 600 }),
  // It is not there at all, and when it is again it is as it was.
  down: (settings) => settings,
} satisfies Readonly<Record<string, (settings: IdpSettings) => IdpSettings>>;

export type MisSetting = keyof typeof misSettings;

export function isMisSetting(name: string | null): name is MisSetting {
  return name !== null && Object.hasOwn(misSettings, name);
}

function withClient(settings: IdpSettings, changes: Readonly<Record<string, unknown>>): IdpSettings {
  return { ...settings, client: { ...settings.client, ...changes } };
}
