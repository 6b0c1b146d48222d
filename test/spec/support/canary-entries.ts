import type { CatalogueName, EgressProviderConfig } from '../../../lib/config/egress-config.ts';
import { resolveProvider } from '../../../lib/egress/resolve.ts';
import type { Kind } from '../../support/third-parties/kind.ts';

type Credential = NonNullable<EgressProviderConfig['credential']>;

/** Where its API is, and what agents may ask there: whatever it is. An origin that the entry names stands first. */
export function surfaceOf(
  api: string,
  { scopes = {}, api: own }: EgressProviderConfig,
): Pick<EgressProviderConfig, 'api' | 'scopes'> {
  const [known] = Object.values(scopes);
  const upstream = known?.upstream ?? [];
  return {
    api: { origins: [...(own?.origins ?? []), api] },
    scopes: {
      use: {
        ...{ description: 'Use it', upstream },
        // Also where an account has an origin of its own.
        rules: [{ methods: ['GET', 'POST'], path: '/kept/**', origin: api }],
      },
    },
  };
}

/** An entry that names it, as it is built in, with its endpoints where it is played. Where it narrows its tokens, agents may have them. */
export function builtInEntry(
  uses: CatalogueName,
  { declared }: Kind,
  { origin }: { readonly origin: string },
): EgressProviderConfig {
  const { credential } = declared(origin);
  const clientId = 'clientId' in credential ? credential.clientId : '';
  const app = appIn(credential);
  const known = resolveProvider({
    ...{ id: uses, uses, clientId, ...(app && { credential: app }), api: { origins: [origin] } },
  });
  const [first] = Object.entries(known.scopes);
  const entry = { id: uses, uses, clientId, ...(first && { scopes: Object.fromEntries([first]) }) };
  return {
    ...{ ...entry, credential: playedAt(origin, known.credential) },
    // Its tokens are made at its API.
    ...(app && { api: { origins: [origin] } }),
    ...(narrows(known.credential) && { providerTokens: ['planner'] }),
  };
}

function appIn(declared: ReturnType<Kind['declared']>['credential']): Credential | undefined {
  if (declared.kind !== 'github_app') return undefined;
  const { kind, installation, keyArn } = declared;
  return { kind, installation, keyArn };
}

function playedAt(origin: string, credential: Credential): Credential {
  const played = JSON.stringify(credential).replaceAll(
    /("(?:\w+Endpoint|endpoint|url)":")https:\/\/[^/"]+/g,
    `$1${origin}`,
  );
  return JSON.parse(played) as Credential;
}

function narrows(credential: Credential): boolean {
  return (
    credential.kind === 'github_app' || (credential.kind === 'oauth2' && credential.refresh?.narrows === true)
  );
}
