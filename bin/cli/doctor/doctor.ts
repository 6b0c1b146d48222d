import { randomBytes } from 'node:crypto';
import { canSignIn } from '../../../lambdas/oauth/people/diagnosis/check.ts';
import { diagnose } from '../../../lambdas/oauth/people/diagnosis/diagnose.ts';
import { stripped } from '../../../lambdas/oauth/people/diagnosis/issuer.ts';
import { type LookedAt, stranger } from '../../../lambdas/oauth/people/diagnosis/provider.ts';
import { checkToken } from '../../../lambdas/oauth/people/diagnosis/token.ts';
import type { Diagnosis } from '../../../lambdas/ports/diagnosis.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import type { Command, Invocation, Said } from '../command.ts';
import type { Json } from '../declaration.ts';
import { Refused, UsageError } from '../failure.ts';
import { readDeclared } from './declared.ts';
import { isAllowed, lookFromHere } from './look.ts';
import { reported } from './report.ts';
import { examineSignIn } from './sign-in.ts';

/** `vestibule idp doctor …`: what is wrong with an identity provider, and where it is mended. */
export const doctorCommand: Command = {
  usage: () => 'idp doctor <id or issuer URL> [--token - | --sign-in [--client <client id>]]',
  summary: () =>
    'look for what is wrong at an identity provider, registered or not; --token - reads a token from standard input and judges it here, --sign-in has you sign in',
  kinds: ['idp'],
  options: () => ['token', 'sign-in', 'client'],
  run: examine,
};

async function examine(invocation: Invocation): Promise<Said> {
  const named = only(invocation.operands);
  const token = await pastedToken(invocation);
  const registered = await find(invocation, named);
  if (invocation.values['sign-in'] === true && (registered === undefined || token !== undefined)) {
    throw new UsageError('--sign-in takes an idp of the deployment, and no --token');
  }
  if (registered === undefined) return examineStranger(named, token);
  const id = String(registered['id']);
  if (token !== undefined) return examineToken(id, readDeclared(registered), token);
  const answer = await invocation.admin().send('GET', `idps/${encodeURIComponent(id)}/diagnosis`);
  // As our own admin API writes it, and no other: its contract is that type.
  const diagnosis = answer as unknown as Diagnosis;
  // Nobody is sent where they cannot get through.
  if (invocation.values['sign-in'] !== true || !canSignIn(diagnosis.checks)) return reported(id, diagnosis);
  const signedIn = await examineSignIn(invocation, String(registered['name']));
  return reported(id, { ...diagnosis, checks: [...diagnosis.checks, signedIn] });
}

/** Looks from this machine: the deployment looks at none that it does not know. */
async function examineStranger(issuer: string, token: string | undefined): Promise<Said> {
  if (!isAllowed(issuer)) {
    throw new UsageError(`${JSON.stringify(issuer)} is neither an id nor an https issuer URL`);
  }
  const idp = stranger(issuer);
  if (token !== undefined) return examineToken(issuer, idp, token);
  const random = randomBytes(32).toString('base64url');
  return reported(issuer, await diagnose(idp, { look: lookFromHere, random, clock: systemClock }));
}

/** Decoded here and sent nowhere. */
function examineToken(named: string, idp: LookedAt, token: string): Said {
  const check = checkToken(idp, token, systemClock());
  return reported(named, { issuer: idp.issuer, profile: idp.profile, checks: [check] });
}

async function pastedToken({ values, surroundings }: Invocation): Promise<string | undefined> {
  if (values.token === undefined) return undefined;
  if (values.token !== '-') {
    throw new UsageError(
      '--token takes no token: it would stay in the history of the shell. Write `--token -` and paste it, or pipe it in',
    );
  }
  surroundings.err('paste the token, and end with Ctrl-D');
  const token = (await surroundings.input()).trim().replace(/^Bearer\s+/i, '');
  if (token === '') throw new Refused('there was no token on standard input');
  return token;
}

/** Among those of the deployment, by id or by issuer; undefined for an issuer that it does not know. */
async function find({ values, surroundings, admin }: Invocation, named: string): Promise<Json | undefined> {
  if (!named.includes('://')) return admin().send('GET', `idps/${encodeURIComponent(named)}`);
  const { VESTIBULE_ENDPOINT: endpoint = '' } = surroundings.environment;
  if (values.local !== true && values.endpoint === undefined && endpoint === '') return undefined;
  const all = await admin().listAll('idp', () => undefined);
  return all.find(({ issuer }) => stripped(String(issuer)) === stripped(named));
}

function only([named, ...rest]: readonly string[]): string {
  if (named === undefined || named === '') throw new UsageError('name the idp, by its id or its issuer URL');
  if (rest.length > 0) throw new UsageError(`${JSON.stringify(rest[0])} is one word too many`);
  return named;
}
