import { expect } from 'vitest';
import type { Company } from '../../support/company.ts';
import { type Answer, answer, drive } from './driver.ts';
import { issues, trackerAgentsAt } from './third-party-people.ts';

/** What the planner asks of the deployment to call the tracker, request by request. */
export interface TrackerCalls {
  /** A token for the tracker, in the name of whoever sent that one. */
  readonly exchanged: (token: string) => Promise<Answer>;
  /** An issue is written down by such a token. */
  readonly written: (token: string, title: string) => Promise<Answer>;
}

export function trackerCallsAt(company: Company): TrackerCalls {
  const tracker = () => `${company.issuer}/egress/tracker`;
  return {
    exchanged: async (token) =>
      drive(company).token(
        {
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          ...{ subject_token: token, resource: tracker() },
          subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        },
        await trackerAgentsAt(company).basicOf(),
      ),
    written: async (token, title) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ title });
      return answer(await fetch(`${tracker()}${issues}`, { method: 'POST', headers, body }));
    },
  };
}

/** 503 says when to come again, and nothing else went wrong. */
export function isTriedLater({ status, body, headers, text }: Answer): boolean {
  if (status !== 503) return false;
  expect([body['error'], headers.get('retry-after'), text]).toEqual([
    'temporarily_unavailable',
    expect.stringMatching(/^\d+$/),
    text,
  ]);
  return true;
}
