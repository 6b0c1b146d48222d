import * as v from 'valibot';
import type { ScopeName } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';

/** What a client wants to be told, or to be so, claim by claim (OIDC Core §5.5). */
export interface ClaimsRequest {
  /** The scopes by which those of the person are told: there is no other way that a person is asked about them. */
  readonly scopes: readonly ScopeName[];
  /** In the order of preference. */
  readonly acrValues?: string;
  /** OIDC Core §5.5.1.1: none other will do. */
  readonly isAcrEssential: boolean;
  /** OIDC Core §3.1.2.2: nobody else will do. */
  readonly sub?: string;
  /** What an identity provider wants before it gives tokens of an API, as JSON: a challenge of its own that came back to it. */
  readonly challenge?: string;
}

/** Characters. */
const longest = 2_048;

const object = v.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
const wish = v.object({
  essential: v.exactOptional(v.boolean()),
  value: v.exactOptional(v.unknown()),
  values: v.exactOptional(v.array(v.unknown())),
});
/** What a challenge is made of, at Entra: authentication contexts, policies, and how new the sign-in has to be. */
const challengeValue = v.pipe(v.string(), v.regex(/^[\x21-\x7E]{1,128}$/));
const challengeWish = v.object({
  essential: v.exactOptional(v.boolean()),
  value: v.exactOptional(challengeValue),
  values: v.exactOptional(v.pipe(v.array(challengeValue), v.maxLength(10))),
});
const challenge = v.object({
  acrs: v.exactOptional(challengeWish),
  capolids: v.exactOptional(challengeWish),
  nbf: v.exactOptional(challengeWish),
});
const claims = v.pipe(object, v.record(v.string(), v.nullable(v.pipe(object, wish))));
// OIDC Core §5.5: other members than these are ignored where they are not understood.
const request = v.pipe(
  object,
  v.object({
    id_token: v.exactOptional(claims),
    userinfo: v.exactOptional(claims),
    access_token: v.exactOptional(v.fallback(challenge, {})),
  }),
);

type Asked = v.InferOutput<typeof claims>;

/** OIDC Core §5.4: which scope tells a claim. A claim that none tells is not understood, and ignored. */
const scopeOf: Readonly<Record<string, ScopeName>> = {
  name: 'profile' as ScopeName,
  preferred_username: 'profile' as ScopeName,
  email: 'email' as ScopeName,
  email_verified: 'email' as ScopeName,
};

const nothing: ClaimsRequest = { scopes: [], isAcrEssential: false };

/** Reads the parameter `claims`; refused with what is wrong with it. */
export function readClaims(text: string | undefined): Result<ClaimsRequest, string> {
  if (text === undefined) return ok(nothing);
  if (text.length > longest) return refuse(`claims must have at most ${longest} characters`);
  const read = v.safeParse(request, jsonIn(text));
  if (!read.success) {
    return refuse('claims must be a JSON object whose members id_token and userinfo name claims');
  }
  const { id_token: ofToken = {}, userinfo = {}, access_token: wanted = {} } = read.output;
  const names = new Set([...Object.keys(ofToken), ...Object.keys(userinfo)]);
  const scopes = [...names].flatMap((name) => (Object.hasOwn(scopeOf, name) ? (scopeOf[name] ?? []) : []));
  return ok({ scopes: [...new Set(scopes)], ...acrIn(ofToken), ...subIn(ofToken), ...challengeIn(wanted) });
}

/** One value for each name that can stand in `acr_values`; others nobody could be asked for. */
function acrIn(asked: Asked): Pick<ClaimsRequest, 'acrValues' | 'isAcrEssential'> {
  const values = valuesOf(asked, 'acr').filter((value) => /^[\x21-\x7E]+$/.test(value));
  if (values.length === 0) return { isAcrEssential: false };
  return { acrValues: values.join(' '), isAcrEssential: memberOf(asked, 'acr')?.essential === true };
}

function subIn(asked: Asked): Pick<ClaimsRequest, 'sub'> {
  const [sub] = valuesOf(asked, 'sub');
  return sub === undefined ? {} : { sub };
}

/** Nothing else of it is passed on than what such challenges hold. */
function challengeIn(wanted: v.InferOutput<typeof challenge>): Pick<ClaimsRequest, 'challenge'> {
  return Object.keys(wanted).length === 0 ? {} : { challenge: JSON.stringify(wanted) };
}

function valuesOf(asked: Asked, name: string): readonly string[] {
  const { value, values = [] } = memberOf(asked, name) ?? {};
  return [...(value === undefined ? [] : [value]), ...values].filter((each) => typeof each === 'string');
}

function memberOf(asked: Asked, name: string): Asked[string] | undefined {
  return Object.hasOwn(asked, name) ? asked[name] : undefined;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
