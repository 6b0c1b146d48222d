import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { ClaimsRequest } from './claims-request.ts';
import { redirected, type RedirectRefusal } from './refusal.ts';

export type Prompt = 'none' | 'login' | 'consent' | 'select_account';

/** How a client wants the person to be asked (OIDC Core §3.1.2.1). */
export interface Wishes {
  readonly prompt: ReadonlySet<Prompt>;
  /** Seconds. */
  readonly maxAge?: number;
  readonly acrValues?: string;
  /** No other level will do, for an id_token either. */
  readonly isAcrEssential?: boolean;
  /** Nobody else will do. */
  readonly sub?: string;
  readonly loginHint?: string;
  /** Of the identity provider itself, as JSON. */
  readonly challenge?: string;
}

const prompts: ReadonlySet<string> = new Set(['none', 'login', 'consent', 'select_account']);
/** Longer ones go to no identity provider. Characters. */
const longestHint = 1_024;

export function readWishes(
  values: ReadonlyMap<string, string>,
  claims: ClaimsRequest,
): Result<Wishes, RedirectRefusal> {
  // What nobody knows is ignored, as OIDC Core §3.1.2.1 leaves to us.
  const prompt = new Set((values.get('prompt') ?? '').split(' ').filter(isPrompt));
  if (prompt.has('none') && prompt.size > 1) {
    return invalid('prompt_contradictory', 'prompt none stands alone');
  }
  const maxAge = values.get('max_age');
  if (maxAge !== undefined && !/^[0-9]{1,9}$/.test(maxAge)) {
    return invalid('max_age_malformed', 'max_age must be a number of seconds');
  }
  // Both at once, OIDC Core §5.5.1.1 leaves to us: what names an essential claim is the more exact.
  const [acrValues, loginHint] = [claims.acrValues ?? values.get('acr_values'), values.get('login_hint')];
  if ([acrValues, loginHint].some((text) => text !== undefined && text.length > longestHint)) {
    return invalid('hint_too_long', `acr_values and login_hint must have at most ${longestHint} characters`);
  }
  return ok({
    prompt,
    ...(maxAge !== undefined && { maxAge: Number(maxAge) }),
    ...(acrValues !== undefined && { acrValues }),
    ...claimed(claims),
    ...(loginHint !== undefined && { loginHint }),
  });
}

function claimed({
  isAcrEssential,
  sub,
  challenge,
}: ClaimsRequest): Pick<Wishes, 'isAcrEssential' | 'sub' | 'challenge'> {
  return {
    ...(isAcrEssential && { isAcrEssential }),
    ...(sub !== undefined && { sub }),
    ...(challenge !== undefined && { challenge }),
  };
}

function isPrompt(text: string): text is Prompt {
  return prompts.has(text);
}

function invalid(reason: string, description: string): Result<never, RedirectRefusal> {
  return refuse(redirected('invalid_request', reason, description));
}
