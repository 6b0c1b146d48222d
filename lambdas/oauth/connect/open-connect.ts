import type { ConnectedAgent } from '../../ports/connections.ts';
import type { Instant } from '../../runtime/clock.ts';
import { formToken } from '../account/account-cookie.ts';
import { type LiveSession, liveSession } from '../account/live-session.ts';
import { signIn } from '../account/sign-in.ts';
import type { ConnectOutcome, ConnectPorts, ConnectQuestion, ConnectVisit } from './connect-ports.ts';
import { connectPath, type ConnectableProvider, findProvider } from './find-provider.ts';
import { type Choice, fieldOf, type Offer, offerOf, rolesOf } from './offer.ts';
import { refused } from './told.ts';

/** Asks a person which agents may do what with their account, once they are signed in for it. */
export async function openConnect(
  ports: ConnectPorts,
  visit: ConnectVisit,
  now: Instant,
): Promise<ConnectOutcome> {
  const counted = await ports.limit.count(visit.sourceAddress, now);
  if (!counted.ok) return refused(ports, visit, counted.refusal);
  const provider = await findProvider(ports.providers, visit.provider);
  if (!provider.ok) return refused(ports, visit, provider.refusal);
  const live = await liveSession(ports, visit.cookie, now);
  if (live === undefined) return signInToConnect(ports, visit, provider.value, undefined, now);
  return askToConnect(ports, visit, provider.value, live, now);
}

/** Has the person sign in, and come back to this page. */
export async function signInToConnect(
  ports: ConnectPorts,
  visit: ConnectVisit,
  provider: ConnectableProvider,
  chosen: string | undefined,
  now: Instant,
): Promise<ConnectOutcome> {
  const outcome = await signIn(ports, chosen, now, { then: connectPath(provider.id, visit) });
  return { go: 'sign_in', outcome, visit };
}

/** The question itself, where there is something to ask. `nothing`: it was answered with nothing. */
export async function askToConnect(
  ports: ConnectPorts,
  visit: ConnectVisit,
  provider: ConnectableProvider,
  { session }: LiveSession,
  now: Instant,
  nothing?: true,
): Promise<ConnectOutcome> {
  const idp = (await ports.idps.all()).find(({ id }) => id === session.idp);
  const { group } = visit;
  const { person } = session;
  const offer = offerOf(provider, group, session, rolesOf(idp, session));
  if (!offer.ok) return refused(ports, visit, offer.refusal, { provider, person });
  const connections = await ports.connecting.list(offer.value.holder);
  const connection = connections.find((each) => each.provider === provider.id);
  if (connection?.state === 'disconnecting') {
    return refused(ports, visit, { reason: 'disconnecting' }, { provider, person, again: { group } });
  }
  const [resource] = await ports.registry.resources([provider.uri]);
  const question: ConnectQuestion = {
    ...{ provider, session, idp: idp?.name ?? session.idp, choices: offer.value.choices },
    ticked: tickedOf(offer.value, visit, connection?.agents ?? []),
    formToken: await formToken(ports.seals, session, now),
    ...(group !== undefined && { group }),
    ...(resource && { resource }),
    ...(connection && { connection }),
    ...(nothing && { nothing }),
  };
  return { go: 'ask', question };
}

/** What the connection lets already, and what is asked. */
function tickedOf(
  { choices }: Offer,
  asked: Pick<ConnectVisit, 'agent' | 'scope'>,
  lets: readonly ConnectedAgent[],
): ReadonlySet<string> {
  const names = asked.scope?.split(' ').filter((name) => name !== '') ?? [];
  const isAsked = ({ of }: Choice) => asked.agent !== undefined && (of === 'group' || of === asked.agent);
  return new Set(
    choices.flatMap((choice) => {
      const has = lets
        .filter(({ agent }) => choice.agents.some((each) => each.agent === agent))
        .flatMap(({ scopes }) => scopes);
      const wanted = isAsked(choice)
        ? choice.scopes.filter((name) => names.length === 0 || names.includes(name))
        : [];
      return choice.scopes
        .filter((scope) => has.includes(scope) || wanted.includes(scope))
        .map((scope) => fieldOf(choice, scope));
    }),
  );
}
