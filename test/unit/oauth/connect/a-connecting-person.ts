import { dynamoConnectTransactions } from '../../../../lambdas/adapters/dynamodb/connect-transactions.ts';
import { dynamoConsents } from '../../../../lambdas/adapters/dynamodb/consents.ts';
import { dynamoGrants } from '../../../../lambdas/adapters/dynamodb/grants.ts';
import { dynamoPersons } from '../../../../lambdas/adapters/dynamodb/persons.ts';
import { accountEndpoints } from '../../../../lambdas/http/account-routes.ts';
import { connectRoutes } from '../../../../lambdas/http/connect-routes.ts';
import { cookiesOf } from '../../../../lambdas/http/cookies.ts';
import type { HttpResponse } from '../../../../lambdas/http/message.ts';
import { lookOf } from '../../../../lambdas/http/pages/look.ts';
import { route, routes } from '../../../../lambdas/http/routes.ts';
import { type AccountSession, keepCookie } from '../../../../lambdas/oauth/account/account-cookie.ts';
import type { ConnectPorts } from '../../../../lambdas/oauth/connect/connect-ports.ts';
import type { Connecting, ConnectionSummary, ConnectReturn } from '../../../../lambdas/ports/connecting.ts';
import type { ConnectionPlace } from '../../../../lambdas/ports/connections.ts';
import type { ConnectTransactions } from '../../../../lambdas/ports/connect-transactions.ts';
import type { Persons } from '../../../../lambdas/ports/persons.ts';
import type { EgressProvider } from '../../../../lambdas/ports/egress-providers.ts';
import type { IdentityProvider } from '../../../../lambdas/ports/identity-providers.ts';
import type { Seals } from '../../../../lambdas/ports/seals.ts';
import type { Instant } from '../../../../lambdas/runtime/clock.ts';
import type { AuditEvent } from '../../../../lambdas/runtime/events.ts';
import type { IdpId, Issuer, PersonId } from '../../../../lambdas/runtime/identifiers.ts';
import { systemRandom } from '../../../../lambdas/runtime/random.ts';
import { ok, refuse } from '../../../../lambdas/runtime/result.ts';
import type { TestTables } from '../../../support/dynamodb.ts';
import { formsOf, type Form, textOf } from '../../../support/html-page.ts';
import { aRequest, formType } from '../../http/requests.ts';
import { aConnection, anIdp, aProvider, aResource, issuer, now } from './mothers.ts';

/** What the function that holds connections is made to say, and what it was asked. */
export interface Connections {
  kept: readonly ConnectionSummary[];
  /** Of whichever group. */
  ofGroups: readonly ConnectionSummary[];
  complete: Connecting['complete'];
  /** What comes of disconnecting, and what is kept then. */
  disconnect: Awaited<ReturnType<Connecting['disconnect']>> & { readonly left: readonly ConnectionSummary[] };
  readonly completed: ConnectReturn[];
  readonly disconnected: string[];
  /** Where that was. */
  readonly places: ConnectionPlace[];
  down?: Error;
}

/** The pages, and what is behind them. */
export interface Desk {
  readonly connections: Connections;
  readonly transactions: ConnectTransactions;
  readonly persons: Persons;
  readonly events: readonly AuditEvent[];
  readonly time: { now: Instant; tooMany: boolean };
  /** Somebody who has signed in for these pages. */
  readonly sessionOf: (changes?: Partial<AccountSession>) => Promise<Person>;
  readonly stranger: () => Person;
}

export interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html: string;
  readonly forms: readonly Form[];
  readonly location: URL | undefined;
}

/** People and their browsers at the pages of one instance. */
export function aDesk(
  { tables, seals }: { readonly tables: TestTables; readonly seals: Seals },
  provider: EgressProvider = aProvider(),
  idps: readonly IdentityProvider[] = [anIdp()],
  /** Declared by operators, or of another kind than people connect. */
  added: readonly EgressProvider[] = [],
): Desk {
  const events: AuditEvent[] = [];
  const time = { now, tooMany: false };
  const connections: Connections = {
    ...{
      kept: [],
      ofGroups: [],
      completed: [],
      disconnected: [],
      places: [],
      disconnect: { revoked: true, left: [] },
    },
    complete: (back) => Promise.resolve({ kind: 'connected', summary: aConnection({ agents: back.agents }) }),
  };
  const told = <Value>(value: () => Value): Promise<Value> =>
    connections.down === undefined ? Promise.resolve(value()) : Promise.reject(connections.down);
  const connecting: Pick<Connecting, 'complete' | 'list' | 'disconnect'> = {
    complete: async (back, requestId) => {
      connections.completed.push(back);
      return connections.complete(back, requestId);
    },
    list: (holder) => told(() => (holder.kind === 'group' ? connections.ofGroups : connections.kept)),
    disconnect: (place, id) => {
      connections.disconnected.push(id);
      connections.places.push(place);
      const { left, ...told } = connections.disconnect;
      connections.kept = left;
      return Promise.resolve(told);
    },
  };
  const table = { client: tables.client(), table: tables.grants };
  const persons = dynamoPersons(table);
  const common: Pick<
    ConnectPorts,
    'registry' | 'idps' | 'signIns' | 'persons' | 'seals' | 'limit' | 'random' | 'audit'
  > = {
    registry: { resources: () => Promise.resolve([aResource(provider)]) },
    idps: { all: () => Promise.resolve(idps) },
    signIns: {
      begin: ({ issuer: at }, { state }) => Promise.resolve(new URL(`${at}/authorize?state=${state}`)),
      complete: (idp, { query }) => {
        if (query.includes('error=')) return Promise.resolve(refuse(cancelled));
        const person = { id: 'person.alice' as PersonId, idp: idp.id, name: 'Alice', groups: ['leads'] };
        return Promise.resolve(ok({ person, keptUpstream: false }));
      },
    },
    limit: {
      admit: () => ok(undefined),
      count: () => Promise.resolve(time.tooMany ? refuse(tooMany) : ok(undefined)),
    },
    ...{ persons, seals, random: systemRandom, audit: (event) => events.push(event) },
  };
  const providers: ConnectPorts['providers'] = {
    find: (id) => Promise.resolve([provider, ...added].find((each) => each.id === id)),
    all: () => Promise.resolve([provider]),
  };
  const transactions = dynamoConnectTransactions(table);
  const look = lookOf({ name: 'Northwind' });
  const clock = (): Instant => time.now;
  const account = accountEndpoints({
    ...{ issuer: issuer as Issuer, look, clock },
    ports: {
      ...common,
      ...{ consents: dynamoConsents(table), grants: dynamoGrants(table) },
      standings: { forget: () => Promise.resolve(), waiting: () => Promise.resolve([]) },
      connected: { providers, connecting },
    },
  });
  const endpoint = routes([
    route('/account', account.account),
    route('/callback/{idp}', async (request, { idp }) => (await account.comeBack(request, idp)) ?? strayed),
    ...connectRoutes({
      ...{ look, clock },
      ports: { ...common, issuer: issuer as Issuer, providers, connecting, transactions },
    }),
  ]);
  const cookieName = /^([^=]+)=([^;]*)/;
  const sessionOf = async (changes: Partial<AccountSession> = {}): Promise<Person> => {
    const session: AccountSession = {
      ...({ kind: 'session', id: systemRandom(16), person: 'person.alice' as PersonId } as const),
      ...{ idp: 'company' as IdpId, name: 'Alice', began: now, ...changes },
    };
    const { value } = await keepCookie(seals, session, now);
    return person(cookiesOf(issuer).keep('account', value, 60));
  };
  const person = (kept?: string): Person => {
    const jar = new Map<string, string>();
    const take = (line: string): void => {
      const [, name = '', value = ''] = cookieName.exec(line) ?? [];
      jar.set(name, value);
    };
    if (kept !== undefined) take(kept);
    const go = async (url: string, form?: URLSearchParams): Promise<Seen> => {
      const { pathname, search } = new URL(url, issuer);
      const answer = await endpoint(
        aRequest({
          ...{ path: decodeURIComponent(pathname), query: search.slice(1), cookies: new Map(jar) },
          ...(form && {
            method: 'POST',
            headers: { 'content-type': formType },
            body: Buffer.from(form.toString()),
          }),
        }),
      );
      for (const line of answer.cookies ?? []) take(line);
      return seen(answer, url);
    };
    return {
      open: (url) => go(url),
      post: (url, fields) => go(url, new URLSearchParams(fields)),
    };
  };
  return { connections, transactions, events, persons, time, sessionOf, stranger: () => person() };
}

/** One browser. */
export interface Person {
  readonly open: (url: string) => Promise<Seen>;
  readonly post: (url: string, fields: Readonly<Record<string, string>>) => Promise<Seen>;
}

const tooMany = { reason: 'too_many_requests', of: 'address', perSecond: 1, retryAfterSeconds: 7 } as const;
const cancelled = {
  ...({ reason: 'upstream_refused', error: 'access_denied' } as const),
  explained: { code: 'refused', fix: 'none' },
};
const strayed: HttpResponse = { status: 400, headers: {}, body: 'not ours' };

function seen({ status, headers, body }: HttpResponse, url: string): Seen {
  const location = headers['location'];
  return {
    ...{ status, headers, html: body, text: textOf(body), forms: formsOf(body, new URL(url, issuer)) },
    location: location === undefined ? undefined : new URL(location, issuer),
  };
}

export const page = '/connect/tracker';
export const callback = `${page}/callback`;

/** What the form of a page sends when nobody touches it. */
export function untouched({ forms }: Seen): Readonly<Record<string, string>> {
  return Object.fromEntries(forms[0]?.fields ?? []);
}

/** Says yes to what is ticked, and comes as far as the third party. */
export async function sentOn(alice: Person, url = `${page}?agent=triage`): Promise<URL> {
  const { location } = await alice.post(page, untouched(await alice.open(url)));
  if (location === undefined) throw new Error('not sent on');
  return location;
}

export function answerTo(sent: URL, more: Readonly<Record<string, string>> = { code: 'the-code' }): string {
  const state = sent.searchParams.get('state') ?? '';
  return `${callback}?${new URLSearchParams({ state, ...more }).toString()}`;
}
