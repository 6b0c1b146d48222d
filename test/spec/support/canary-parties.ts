import { randomUUID } from 'node:crypto';
import { resolveProvider } from '../../../lib/egress/resolve.ts';
import type { CatalogueName, EgressProviderConfig } from '../../../lib/config/egress-config.ts';
import { atlassian } from '../../support/third-parties/atlassian.ts';
import { github } from '../../support/third-parties/github.ts';
import { google } from '../../support/third-parties/google.ts';
import type { Asked, Kind, Reply } from '../../support/third-parties/kind.ts';
import { linear } from '../../support/third-parties/linear.ts';
import { microsoft } from '../../support/third-parties/microsoft.ts';
import { notion } from '../../support/third-parties/notion.ts';
import { byClientCredentials } from '../../support/third-parties/own-account.ts';
import { playThirdParty, type ThirdParty } from '../../support/third-parties/play.ts';
import { salesforce } from '../../support/third-parties/salesforce.ts';
import { slack } from '../../support/third-parties/slack.ts';
import { stripe } from '../../support/third-parties/stripe.ts';

/** A third party whose every credential is a canary. */
export interface PlantedParty {
  readonly id: string;
  readonly config: EgressProviderConfig;
  /** What an operator puts into the secret that the deployment has for it. */
  readonly secret: Readonly<Record<string, string>>;
  /** Absent where it gives no tokens. */
  readonly tokens?: TokenParty;
  readonly canaries: () => readonly string[];
  readonly stop: () => Promise<void>;
}

interface TokenParty {
  readonly party: ThirdParty;
  readonly paths: { readonly token: string; readonly revocation: string | undefined };
  /** Whether people connect their accounts there. */
  readonly isOfPeople: boolean;
  /** From now on it grants no scope that it is asked for, or names its errors by what it was sent. */
  readonly behave: (how: Behaviour) => void;
}

interface Behaviour {
  readonly grantsNothing?: boolean;
  readonly errorIsSecret?: boolean;
}

const builtIn = { github, slack, google, microsoft, atlassian, notion, linear, salesforce, stripe };

/** All that are built in and have people's accounts, and one of each kind of account of the deployment. */
export async function plantParties(api: string): Promise<readonly PlantedParty[]> {
  const ofPeople = Object.entries(builtIn).map(([name, kind]) =>
    tokenParty(kind, (party) => withPlayed(name as keyof typeof builtIn, kind, party, api)),
  );
  const machine = tokenParty(byClientCredentials, (party) => {
    const { credential } = byClientCredentials.declared(party.origin);
    const tokenEndpoint = 'tokenEndpoint' in credential ? credential.tokenEndpoint : '';
    return {
      ...{ id: 'machine', name: 'machine', clientId: 'own' },
      credential: { kind: 'client_credentials', tokenEndpoint, clientAuthentication: 'client_secret_basic' },
    };
  });
  return [
    ...(await Promise.all([...ofPeople, machine])).map((planted) => ({
      ...planted,
      config: { ...planted.config, ...surfaceOf(api, planted.config) },
    })),
    keyParty(api, 'headed', { kind: 'api_key', place: 'header', name: 'X-Key' }),
    keyParty(api, 'queried', { kind: 'api_key', place: 'query', name: 'key' }),
    keyParty(api, 'named', { kind: 'basic' }),
  ];
}

/** Where its API is, and what agents may ask there: whatever it is. */
function surfaceOf(api: string, { scopes = {} }: EgressProviderConfig) {
  const [known] = Object.values(scopes);
  const upstream = known?.upstream ?? [];
  return {
    api: { origins: [api] },
    scopes: {
      use: {
        ...{ description: 'Use it', upstream },
        // Also where an account has an origin of its own.
        rules: [{ methods: ['GET', 'POST'], path: '/kept/**', origin: api }],
      },
    },
  };
}

/** An entry that names it, as it is built in, with its endpoints where it is played. */
function withPlayed(
  uses: CatalogueName,
  { declared }: Kind,
  { origin }: ThirdParty,
  api: string,
): EgressProviderConfig {
  const { credential } = declared(origin);
  const clientId = 'clientId' in credential ? credential.clientId : '';
  const known = resolveProvider({ id: uses, uses, clientId, api: { origins: [api] } });
  const played = JSON.stringify(known.credential).replaceAll(
    /("(?:\w+Endpoint|endpoint|url)":")https:\/\/[^/"]+/g,
    `$1${origin}`,
  );
  const [first] = Object.entries(known.scopes);
  return {
    ...{ id: uses, uses, clientId, ...(first && { scopes: Object.fromEntries([first]) }) },
    credential: JSON.parse(played) as NonNullable<EgressProviderConfig['credential']>,
  };
}

async function tokenParty(
  kind: Kind,
  configOf: (party: ThirdParty) => EgressProviderConfig,
): Promise<PlantedParty> {
  const verifiers = new Set<string>();
  let behaviour: Behaviour = {};
  let sent: Asked['parameters'] = {};
  const refused = (reply: Reply): Reply => repeating(reply, sent, behaviour.errorIsSecret === true);
  const party = await playThirdParty({
    ...kind,
    takes: (asked) => {
      sent = { ...asked.parameters, authorization: asked.headers['authorization'] ?? '' };
      if (sent['code_verifier'] !== undefined) verifiers.add(sent['code_verifier']);
      return kind.takes(asked);
    },
    given: (tokens, by) =>
      kind.given(behaviour.grantsNothing === true ? { ...tokens, scopes: [] } : tokens, by),
    get refused() {
      const { client, code, refresh } = kind.refused;
      return { client: refused(client), code: refused(code), refresh: refused(refresh) };
    },
    besides: async (asked, accounts) => {
      const { headers, parameters } = asked;
      const heard = { ...parameters, authorization: headers['authorization'] ?? '' };
      return repeating(await kind.besides(asked, accounts), heard, false);
    },
  });
  const config = configOf(party);
  const { credential } = config;
  const isOfPeople = credential?.kind === 'oauth2';
  const revocation = isOfPeople ? credential.revocation : undefined;
  const at =
    revocation && ('endpoint' in revocation ? revocation.endpoint : 'url' in revocation && revocation.url);
  return {
    ...{ id: config.id, config, secret: { client_secret: party.secret } },
    tokens: {
      ...{ party, isOfPeople },
      paths: {
        token: kind.paths.token,
        revocation: at ? new URL(at.replace('{client_id}', config.clientId ?? '')).pathname : undefined,
      },
      behave: (how) => {
        behaviour = how;
      },
    },
    canaries: () => [party.secret, ...party.canaries, ...verifiers],
    stop: party.stop,
  };
}

/** The same answer of one who repeats what it was sent. */
function repeating({ status, body }: Reply, sent: Asked['parameters'], errorIsSecret: boolean): Reply {
  const words = JSON.stringify(sent);
  if (typeof body === 'string' || Array.isArray(body)) return { status, body };
  const secret = sent['refresh_token'] ?? sent['code'] ?? words;
  return {
    status,
    body: { ...body, error_description: words, message: words, ...(errorIsSecret && { error: secret }) },
  };
}

function keyParty(
  api: string,
  id: string,
  credential: NonNullable<EgressProviderConfig['credential']>,
): PlantedParty {
  const canary = `${id}-canary-${randomUUID()}+/=&%`;
  const config = { id, name: id, credential };
  return {
    ...{ id, config: { ...config, ...surfaceOf(api, config) } },
    secret: credential.kind === 'basic' ? { username: 'books', password: canary } : { api_key: canary },
    canaries: () => [canary],
    stop: () => Promise.resolve(),
  };
}
