import type { Connection, ConnectionPart, KeptSecret, KeptTokens } from '../ports/connections.ts';
import type { OAuthEgress } from '../ports/egress-providers.ts';
import { after, type Instant } from '../runtime/clock.ts';
import type { Secret } from '../runtime/secret.ts';
import type { GivenTokens } from './read-answer.ts';

/** Seals what a third party gave: nothing that could fail slowly is asked any more. */
export type Seal = (part: ConnectionPart, text: Secret) => Promise<KeptSecret>;

/** An access token is renewed between these parts of its life, so that no call waits for it. */
const [earliestShare, latestShare] = [0.6, 0.8];

interface Keeping {
  readonly seal: Seal;
  /** RFC 6749 §5.1: what it gave, where it does not say it. */
  readonly asked: readonly string[];
  /** The connection that is renewed: it stands for what the answer leaves out. */
  readonly before?: Pick<Connection, 'grant' | 'facts'>;
  readonly refreshKind: OAuthEgress['refresh']['kind'];
  readonly idleSeconds?: number | undefined;
  readonly at: Instant;
  /** Of [0, 1), drawn, so that what was connected together is not renewed together. */
  readonly share: number;
}

/** What is kept of an answer. */
export async function keptTokens(given: GivenTokens, keeping: Keeping): Promise<KeptTokens> {
  const { access, accessSeconds, refresh, scopes } = given;
  const { seal, before, at } = keeping;
  const kept = await seal('access', access);
  const isKept = refresh !== undefined && keeping.refreshKind !== 'none';
  const grant = isKept ? await seal('grant', refresh) : before?.grant;
  return {
    access: kept,
    ...(accessSeconds !== undefined && { accessUntil: after(at, accessSeconds) }),
    ...(grant && { grant, ...dueIn(given, keeping) }),
    upstreamScopes: scopes ?? keeping.asked,
    facts: factsOf(given, before),
  };
}

function factsOf({ facts }: GivenTokens, before: Keeping['before']): KeptTokens['facts'] {
  const named = new Set(facts.map(({ name }) => name));
  return [...facts, ...(before?.facts ?? []).filter(({ name }) => !named.has(name))];
}

/** Before the access token ends, and before the refresh token does that nobody uses. */
function dueIn(
  { accessSeconds = Infinity }: GivenTokens,
  { idleSeconds = Infinity, at, share }: Keeping,
): Pick<KeptTokens, 'dueAt'> {
  const seconds = Math.min(accessSeconds, idleSeconds);
  return Number.isFinite(seconds) ? { dueAt: after(at, dueSeconds(seconds, share)) } : {};
}

function dueSeconds(life: number, share: number): number {
  return Math.floor(life * (earliestShare + (latestShare - earliestShare) * share));
}

/** After a failure somebody asks again in a quarter of what is left, and within these bounds. Seconds. */
const retry = { part: 0.25, least: 30, most: 300 } as const;

/** When a connection is asked for again that could not be renewed now; nothing of one that nobody has to renew. */
export function askedAgainAt(
  { accessUntil, dueAt }: Pick<Connection, 'accessUntil' | 'dueAt'>,
  now: Instant,
): Instant | undefined {
  if (dueAt === undefined) return undefined;
  const left = accessUntil === undefined ? Infinity : (accessUntil - now) * retry.part;
  const seconds = left <= 0 ? retry.most : Math.min(Math.max(left, retry.least), retry.most);
  return after(now, Math.floor(seconds));
}

/** Whether a scope was granted, by whichever of its names: some say a whole URL of what is asked by its last segment, or the other way. */
export function isGranted(wanted: string, granted: readonly string[]): boolean {
  const name = wanted.toLowerCase();
  return granted.some((each) => {
    const given = each.toLowerCase();
    if (given === name) return true;
    const [oneIsUrl, otherIsUrl] = [given.includes('://'), name.includes('://')];
    return oneIsUrl !== otherIsUrl && lastSegment(given) === lastSegment(name);
  });
}

function lastSegment(scope: string): string {
  return scope.includes('://') ? scope.slice(scope.lastIndexOf('/') + 1) : scope;
}
