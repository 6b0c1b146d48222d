import { randomUUID } from 'node:crypto';
import type { CatalogueName, EgressProviderConfig } from '../../../lib/config/egress-config.ts';
import { atlassian } from '../../support/third-parties/atlassian.ts';
import { githubApp, installationPath } from '../../support/third-parties/github-app.ts';
import { github } from '../../support/third-parties/github.ts';
import { google } from '../../support/third-parties/google.ts';
import { type Asked, bearerOf, type Kind, type Reply } from '../../support/third-parties/kind.ts';
import { linear } from '../../support/third-parties/linear.ts';
import { microsoft } from '../../support/third-parties/microsoft.ts';
import { notion } from '../../support/third-parties/notion.ts';
import { byClientCredentials } from '../../support/third-parties/own-account.ts';
import { playThirdParty, type ThirdParty } from '../../support/third-parties/play.ts';
import { salesforce } from '../../support/third-parties/salesforce.ts';
import { slack } from '../../support/third-parties/slack.ts';
import { stripe } from '../../support/third-parties/stripe.ts';
import { builtInEntry, surfaceOf } from './canary-entries.ts';

/** A third party whose every credential is a canary. */
export interface PlantedParty {
  readonly id: string;
  readonly config: EgressProviderConfig;
  /** What an operator puts into the secret that the deployment has for it; absent where it has a key. */
  readonly secret?: Readonly<Record<string, string>>;
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
  /** Whether agents may have tokens of it. */
  readonly areHandedOut: boolean;
  /** From now on it grants no scope that it is asked for, or names its errors by what it was sent. */
  readonly behave: (how: Behaviour) => void;
}

interface Behaviour {
  readonly grantsNothing?: boolean;
  readonly errorIsSecret?: boolean;
}

const builtIn = { github, slack, google, microsoft, atlassian, notion, linear, salesforce, stripe };

interface Planting {
  /** The origin of the API of all of them. */
  readonly api: string;
  /** As which the deployment has an account; absent: as none. */
  readonly app?: Parameters<typeof githubApp>[0];
  /** Absent: all. */
  readonly only?: readonly string[];
}

/** All that are built in, and one of each other kind of account of the deployment. */
export async function plantParties({ api, app, only }: Planting): Promise<readonly PlantedParty[]> {
  const kinds = { ...builtIn, ...(app && { 'github-app': githubApp(app) }) };
  const planted: Readonly<Record<string, () => Promise<PlantedParty>>> = {
    ...Object.fromEntries(
      Object.entries(kinds).map(([name, kind]) => [
        name,
        () => tokenParty(api, kind, (party) => builtInEntry(name as CatalogueName, kind, party)),
      ]),
    ),
    machine: () => tokenParty(api, byClientCredentials, machineEntry),
    headed: () => keyParty(api, 'headed', { kind: 'api_key', place: 'header', name: 'X-Key' }),
    queried: () => keyParty(api, 'queried', { kind: 'api_key', place: 'query', name: 'key' }),
    named: () => keyParty(api, 'named', { kind: 'basic' }),
  };
  const wanted = Object.entries(planted).filter(([id]) => only?.includes(id) ?? true);
  return Promise.all(wanted.map(([, plant]) => plant()));
}

function machineEntry({ origin }: ThirdParty): EgressProviderConfig {
  const { credential } = byClientCredentials.declared(origin);
  const tokenEndpoint = 'tokenEndpoint' in credential ? credential.tokenEndpoint : '';
  return {
    ...{ id: 'machine', name: 'machine', clientId: 'own' },
    credential: { kind: 'client_credentials', tokenEndpoint, clientAuthentication: 'client_secret_basic' },
  };
}

async function tokenParty(
  api: string,
  kind: Kind,
  configOf: (party: ThirdParty) => EgressProviderConfig,
): Promise<PlantedParty> {
  /** Code verifiers, and what our key has signed. */
  const proofs = new Set<string>();
  let behaviour: Behaviour = {};
  let sent: Asked['parameters'] = {};
  const refused = (reply: Reply): Reply => repeating(reply, sent, behaviour.errorIsSecret === true);
  const party = await playThirdParty({
    ...kind,
    takes: (asked) => {
      sent = { ...asked.parameters, authorization: asked.headers['authorization'] ?? '' };
      if (sent['code_verifier'] !== undefined) proofs.add(sent['code_verifier']);
      return kind.takes(asked);
    },
    given: (tokens, by) =>
      kind.given(behaviour.grantsNothing === true ? { ...tokens, scopes: [] } : tokens, by),
    get refused() {
      const { client, code, refresh } = kind.refused;
      return { client: refused(client), code: refused(code), refresh: refused(refresh) };
    },
    besides: async (asked, accounts) => {
      const { headers, parameters, path } = asked;
      if (path === installationPath) proofs.add(bearerOf(asked));
      const heard = { ...parameters, authorization: headers['authorization'] ?? '' };
      return repeating(await kind.besides(asked, accounts), heard, false);
    },
  });
  const entry = configOf(party);
  const config = { ...entry, ...surfaceOf(api, entry) };
  const { credential } = config;
  const isApp = credential?.kind === 'github_app';
  const isOfPeople = credential?.kind === 'oauth2';
  const revocation = isOfPeople ? credential.revocation : undefined;
  const at =
    revocation && ('endpoint' in revocation ? revocation.endpoint : 'url' in revocation && revocation.url);
  return {
    ...{ id: config.id, config, ...(!isApp && { secret: { client_secret: party.secret } }) },
    tokens: {
      ...{ party, isOfPeople, areHandedOut: config.providerTokens !== undefined },
      paths: {
        token: isApp ? installationPath : kind.paths.token,
        revocation: at ? new URL(at.replace('{client_id}', config.clientId ?? '')).pathname : undefined,
      },
      behave: (how) => {
        behaviour = how;
      },
    },
    canaries: () => [...(isApp ? [] : [party.secret]), ...party.canaries, ...proofs],
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
): Promise<PlantedParty> {
  const canary = `${id}-canary-${randomUUID()}+/=&%`;
  const config = { id, name: id, credential };
  return Promise.resolve({
    ...{ id, config: { ...config, ...surfaceOf(api, config) } },
    secret: credential.kind === 'basic' ? { username: 'books', password: canary } : { api_key: canary },
    canaries: () => [canary],
    stop: () => Promise.resolve(),
  });
}
