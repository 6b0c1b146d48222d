import * as v from 'valibot';
import type { RegistrationToken, RegistrationTokenStore } from '../ports/registration-tokens.ts';
import { after } from '../runtime/clock.ts';
import { sha256 } from '../runtime/digest.ts';
import type { Random } from '../runtime/random.ts';
import { isRegistrationTokenId } from '../runtime/registration-token-id.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import { Secret } from '../runtime/secret.ts';
import { type Author, nameOf } from './author.ts';
import { peopleText } from './declaration/fields.ts';
import { readDeclaration } from './declaration/read.ts';
import type { ConflictRefusal, RegistryRefusal } from './refusal.ts';
import type { SelfRegistrationPolicy } from './self-registration.ts';
import { time } from './wire.ts';

/** A year: what lives longer than that is forgotten before it ends. */
const longestSeconds = 365 * 86_400;

const declared = v.strictObject({
  name: peopleText(128),
  expires_in: whole(60, longestSeconds, 'seconds, a year at most'),
  uses: v.optional(whole(1, 1_000_000, 'clients that it may register')),
});

interface Ports {
  readonly tokens: RegistrationTokenStore;
  readonly random: Random;
  readonly selfRegistration: Pick<SelfRegistrationPolicy, 'mode'>;
}

/** Makes an initial access token, where such tokens register anybody; its value is shown this once. */
export async function addRegistrationToken(
  { tokens, random, selfRegistration: { mode } }: Ports,
  input: unknown,
  author: Author,
): Promise<Result<{ readonly token: RegistrationToken; readonly value: Secret }, RegistryRefusal>> {
  if (mode !== 'initial_access_token') return refuse(ofNoUse(mode));
  const read = readDeclaration(declared, input);
  if (!read.ok) return read;
  const { name, expires_in: seconds, uses } = read.value;
  const id = `rt_${random(9)}`;
  // The id leads to the one item that decides; what proves the holder is 256 random bits.
  const value = new Secret(`${id}.${random(32)}`);
  const token: RegistrationToken = {
    id,
    name,
    digest: sha256(value.reveal()),
    expiresAt: after(author.at, seconds),
    ...(uses !== undefined && { uses: { most: uses, made: 0 } }),
    createdAt: author.at,
    createdBy: nameOf(author.managedBy),
  };
  await tokens.create(token);
  return ok({ token, value });
}

/** Nothing registers by it from then on; the clients that did stay. */
export async function removeRegistrationToken(
  { tokens }: Pick<Ports, 'tokens'>,
  id: string,
): Promise<Result<RegistrationToken, RegistryRefusal>> {
  const found = isRegistrationTokenId(id) ? await tokens.find(id) : undefined;
  if (found === undefined) return refuse({ reason: 'not_found', kind: 'registration-token', id });
  await tokens.remove(id);
  return ok(found);
}

/** As the admin API shows it: neither value nor digest. */
export function registrationTokenForm(token: RegistrationToken): Readonly<Record<string, unknown>> {
  return {
    id: token.id,
    name: token.name,
    expires_at: time(token.expiresAt),
    ...(token.uses && { uses: token.uses.most, used: token.uses.made }),
    created_at: time(token.createdAt),
    created_by: token.createdBy,
  };
}

function ofNoUse(mode: SelfRegistrationPolicy['mode']): ConflictRefusal {
  return {
    reason: 'conflict',
    field: 'registration.mode',
    problem: `registration.mode is "${mode}" in this deployment, and an initial access token registers nobody`,
    fix: 'set it to "initial_access_token" in the config, which needs identityProviders too, and deploy; then add the token',
  };
}

function whole(lowest: number, highest: number, unit: string): v.GenericSchema<number> {
  const fix = `must be a whole number of ${unit}, from ${lowest} to ${highest}`;
  return v.pipe(v.number(fix), v.integer(fix), v.minValue(lowest, fix), v.maxValue(highest, fix));
}
