import type { ProbedToken } from '../../../ports/diagnosis.ts';
import type { DownstreamApi } from '../../../ports/downstream-apis.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { DependencyUnavailable } from '../../../runtime/dependency.ts';
import { Secret } from '../../../runtime/secret.ts';
import { errorIn } from '../probe-token-endpoint.ts';
import type { TokenAnswer } from './answer.ts';
import { dialectOf } from './dialects.ts';
import { exchangeAt, type TalkAt } from './exchange.ts';
import { faultOf } from './faults.ts';

/**
 * Exchanges a token that nobody gave, for all scopes of the API: what is said of the last thing that was asked. `random` has to be
 * new each time.
 */
export async function probeExchange(
  talkAt: TalkAt,
  api: DownstreamApi,
  random: string,
  clock: Clock,
): Promise<ProbedToken> {
  const heard: TokenAnswer[] = [];
  try {
    const presented = { token: new Secret(random), scopes: api.scopes };
    await exchangeAt(talkAt, api, presented, clock, (answer) => heard.push(answer));
  } catch (error) {
    // That it does not take us is an answer as well.
    if (!(error instanceof DependencyUnavailable) || heard.length === 0) throw error;
  }
  const last = heard.at(-1);
  return last === undefined ? { status: 503 } : probed(api, last);
}

function probed({ strategy }: DownstreamApi, answer: TokenAnswer): ProbedToken {
  const { status, members } = answer;
  const told = errorIn(status, members);
  const { faultIn } = dialectOf(strategy);
  const fault = told.error === undefined ? undefined : faultOf(faultIn, told.error, answer);
  return { status, ...told, ...(fault !== undefined && { fault }) };
}
