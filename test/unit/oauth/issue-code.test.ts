import { expect, it } from 'vitest';
import { codeSeconds, issueCode, newGrantId } from '../../../lambdas/oauth/grants/issue-code.ts';
import type { Grants, StoredGrant } from '../../../lambdas/ports/grants.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import { sha256 } from '../../../lambdas/runtime/digest.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';
import { aGrant } from '../../contract/store/mothers.ts';
import { now } from './mothers.ts';

it('issues a code of 256 random bits for a minute, and keeps its digest alone', async () => {
  const created: StoredGrant[] = [];
  const grants: Pick<Grants, 'create'> = {
    create: (grant) => {
      created.push(grant);
      return Promise.resolve();
    },
  };
  const { terms, code } = aGrant();
  const { redirectUri = '', codeChallenge = '' } = code;
  const issued = await issueCode(
    { grants, random: systemRandom },
    { terms: { ...terms, id: newGrantId(systemRandom) }, binding: { redirectUri, codeChallenge } },
    now,
  );
  const [id, secret = '', ...more] = issued.reveal().split('.');
  expect(id).toMatch(/^[\w-]{22}$/);
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect(more).toEqual([]);
  expect(created).toEqual([
    {
      terms: { ...terms, id },
      createdAt: now,
      code: { redirectUri, codeChallenge, digest: sha256(secret), expiresAt: after(now, codeSeconds) },
    },
  ]);
  expect(codeSeconds).toBe(60);
  expect(JSON.stringify([created, issued])).not.toContain(secret);
});
