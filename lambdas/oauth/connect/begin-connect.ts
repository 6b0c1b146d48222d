import { egressAuthorizationUrl } from '../../egress/authorization-url.ts';
import type { ConnectedAgent } from '../../ports/connections.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { sha256 } from '../../runtime/digest.ts';
import type { EgressProviderId, Issuer } from '../../runtime/identifiers.ts';
import { type AccountSession, isFormOf } from '../account/account-cookie.ts';
import { liveSession } from '../account/live-session.ts';
import type { ConnectOutcome, ConnectPorts, ConnectVisit } from './connect-ports.ts';
import { type ConnectableProvider, findProvider } from './find-provider.ts';
import { chosenBy, type Offer, offerOf, rolesOf, upstreamOf } from './offer.ts';
import { askToConnect, signInToConnect } from './open-connect.ts';
import { refused } from './told.ts';

/** An answer to the page. */
export interface ConnectForm extends ConnectVisit {
  readonly token: string | undefined;
  /** Where several identity providers could be meant. */
  readonly chosenIdp: string | undefined;
  readonly fields: ReadonlyMap<string, string>;
}

/** How long a person may take at the third party. Seconds. */
const patience = 600;

/** Where third parties send people back to. */
export function callbackOf(issuer: Issuer, provider: EgressProviderId): string {
  return `${issuer}/connect/${provider}/callback`;
}

/** Sends the person on to the third party, with what they said kept under the state. */
export async function beginConnect(
  ports: ConnectPorts,
  form: ConnectForm,
  now: Instant,
): Promise<ConnectOutcome> {
  const counted = await ports.limit.count(form.sourceAddress, now);
  if (!counted.ok) return refused(ports, form, counted.refusal);
  const found = await findProvider(ports.providers, form.provider);
  if (!found.ok) return refused(ports, form, found.refusal);
  const provider = found.value;
  if (form.chosenIdp !== undefined) return signInToConnect(ports, form, provider, form.chosenIdp, now);
  const { group } = form;
  const live = await liveSession(ports, form.cookie, now);
  if (live === undefined || !(await isFormOf(ports.seals, live.session, form.token, now))) {
    return refused(ports, form, { reason: 'form_expired' }, { provider, again: { group } });
  }
  const { session } = live;
  const { person } = session;
  const idp = (await ports.idps.all()).find(({ id }) => id === session.idp);
  const offer = offerOf(provider, group, session, rolesOf(idp, session));
  if (!offer.ok) return refused(ports, form, offer.refusal, { provider, person });
  const agents = chosenBy(offer.value.choices, form.fields);
  if (agents === undefined) {
    return refused(ports, form, { reason: 'not_offered' }, { provider, person, again: { group } });
  }
  if (agents.length === 0) return askToConnect(ports, form, provider, live, now, true);
  return sendOn(ports, form, { provider, session, offer: offer.value, agents }, now);
}

interface Yes {
  readonly provider: ConnectableProvider;
  readonly session: AccountSession;
  readonly offer: Offer;
  readonly agents: readonly ConnectedAgent[];
}

async function sendOn(
  { transactions, random, audit, issuer }: ConnectPorts,
  { requestId, sourceAddress }: ConnectForm,
  { provider, session, offer, agents }: Yes,
  now: Instant,
): Promise<ConnectOutcome> {
  const [state, codeVerifier] = [random(32), random(32)];
  const asked = upstreamOf(provider, agents);
  await transactions.begin({
    ...{ id: sha256(state), expiresAt: after(now, patience), session: sha256(session.id) },
    ...{ provider: provider.id, holder: offer.holder, by: session.person, agents, asked, codeVerifier },
  });
  audit({
    event: 'connection_consented',
    ...{ requestId, sourceAddress, provider: provider.id, personId: session.person },
    agents: agents.map(({ agent }) => agent),
  });
  const location = egressAuthorizationUrl(provider.credential, {
    ...{ state, codeChallenge: sha256(codeVerifier), scopes: asked },
    redirectUri: callbackOf(issuer, provider.id),
  });
  return { go: 'provider', location };
}
