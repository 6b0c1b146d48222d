import type { AnswerShape, NamedValue } from '../ports/egress-providers.ts';
import type { ThirdPartyAnswer } from '../ports/third-parties.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import { Secret } from '../runtime/secret.ts';
import { answerMembers, isMembers, memberAt, type Members } from './answer-members.ts';
import { errorIn, refusalIn, type ThirdPartyRefusal } from './refusal.ts';

/** What a third party gave. */
export interface GivenTokens {
  readonly access: Secret;
  /** Seconds; absent where nobody knows. */
  readonly accessSeconds?: number;
  readonly refresh?: Secret;
  /** Absent: as was asked (RFC 6749 §5.1). */
  readonly scopes?: readonly string[];
  readonly facts: readonly NamedValue[];
}

/** Characters. An item of the store has 400 kB in all. */
const longestToken = 32_768;
const longestFact = 2_048;
/** As good as no end. Seconds. */
const longestLife = 400 * 86_400;

/** RFC 6750 §2.1, and what others put into tokens: whatever can stand in a header. */
const tokenForm = /^[\x21-\x7e]+$/;

/**
 * Reads the answer of a token endpoint, in any of the forms that third parties answer in. `code`: the first one of a connection, whose token
 * has to be where the shape says.
 */
export function readAnswer(
  { status, contentType, text }: ThirdPartyAnswer,
  shape: AnswerShape,
  of: 'code' | 'refresh',
): Result<GivenTokens, ThirdPartyRefusal> {
  const members = answerMembers(contentType, text);
  if (status >= 300 || errorIn(members) !== undefined || saysNo(members, shape)) {
    return refuse(refusalIn(status, members));
  }
  const given = tokenMembers(members, shape, of);
  const access = given && tokenIn(given['access_token']);
  if (given === undefined || access === undefined || isBound(given)) {
    return refuse({ kind: 'failed', error: 'no_token' });
  }
  const refresh = tokenIn(given['refresh_token']);
  return ok({
    ...{ access, ...(refresh && { refresh }), ...lifeIn(given, shape) },
    facts: factsIn(members, shape, [access, refresh]),
  });
}

/** RFC 9449 §5: nobody has shown a key, so that one that is bound to a key is good for nobody. */
function isBound({ token_type: type }: Members): boolean {
  return typeof type === 'string' && /^(?:dpop|mac|pop)$/i.test(type);
}

function lifeIn(
  given: Members,
  { accessSeconds }: AnswerShape,
): Pick<GivenTokens, 'accessSeconds' | 'scopes'> {
  const seconds = secondsIn(given['expires_in']) ?? accessSeconds;
  const scopes = scopesIn(given['scope']);
  return { ...(seconds !== undefined && { accessSeconds: seconds }), ...(scopes && { scopes }) };
}

/** Some say with every answer whether it is an error: https://docs.slack.dev/apis/web-api#responses */
function saysNo(members: Members, { okMember }: AnswerShape): boolean {
  return okMember !== undefined && !['true', true].includes(members[okMember] as string | boolean);
}

/** Where the tokens stand. One that was refreshed may be told without the rest: the other one beside it is not what was asked for. */
function tokenMembers(
  members: Members,
  { nested }: AnswerShape,
  of: 'code' | 'refresh',
): Members | undefined {
  if (nested === undefined) return members;
  const inner = members[nested];
  if (isMembers(inner) && inner['access_token'] !== undefined) return inner;
  return of === 'refresh' ? members : undefined;
}

function tokenIn(value: unknown): Secret | undefined {
  const isToken = typeof value === 'string' && value.length <= longestToken && tokenForm.test(value);
  return isToken ? new Secret(value) : undefined;
}

function secondsIn(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 1) return undefined;
  return seconds > longestLife ? undefined : Math.floor(seconds);
}

/** By spaces (RFC 6749 §3.3), by commas, or as a list: none of them is in a name. */
function scopesIn(value: unknown): readonly string[] | undefined {
  if (Array.isArray(value)) return value.filter((each): each is string => typeof each === 'string');
  if (typeof value !== 'string') return undefined;
  return value.split(/[\s,]+/).filter((name) => name !== '');
}

/** What is kept in the open: never a token, wherever it stands. */
function factsIn(
  members: Members,
  { facts }: AnswerShape,
  tokens: readonly (Secret | undefined)[],
): readonly NamedValue[] {
  return facts.flatMap(({ name, pointer }) => {
    const found = memberAt(members, pointer);
    const value = typeof found === 'number' ? String(found) : found;
    if (typeof value !== 'string' || value === '' || value.length > longestFact) return [];
    const isSecret = tokens.some((token) => token !== undefined && value.includes(token.reveal()));
    return isSecret ? [] : [{ name, value }];
  });
}
