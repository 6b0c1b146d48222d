import type { AnswerShape, EgressProvider } from '../ports/egress-providers.ts';
import type { ThirdPartyAnswer, ThirdPartyRequest } from '../ports/third-parties.ts';
import { DependencyUnavailable } from '../runtime/dependency.ts';
import { refuse, type Result } from '../runtime/result.ts';
import type { Secret } from '../runtime/secret.ts';
import type { ConnectionPorts } from './ports.ts';
import { type GivenTokens, readAnswer } from './read-answer.ts';
import type { ThirdPartyRefusal } from './refusal.ts';
import { withPause } from './retry-after.ts';

export type AskingPorts = Pick<ConnectionPorts, 'ask' | 'secrets' | 'clock' | 'pause'>;

/** A question to a third party, made anew for each secret that it is proved by. */
export interface TokenQuestion {
  /** Absent where our client has no secret there. */
  readonly needsSecret: boolean;
  readonly request: (secret: Secret | undefined) => ThirdPartyRequest;
  readonly shape: AnswerShape;
  /** `code`: it is good once, and sent once. */
  readonly of: 'code' | 'refresh';
}

/** Before the same is sent a second time. Milliseconds. */
const betweenTries = 300;

/**
 * Asks for tokens. What failed on the way is sent once more, as it was: who dealt with it already, and takes it again for a while,
 * gives the same. A secret of ours that is not taken is read anew, once: somebody may have changed it.
 */
export async function askTokens(
  ports: AskingPorts,
  provider: EgressProvider,
  question: TokenQuestion,
): Promise<Result<GivenTokens, ThirdPartyRefusal>> {
  const answer = await askOnce(ports, provider, question);
  if (answer.ok || answer.refusal.kind === 'lost' || answer.refusal.kind === 'person') return answer;
  if (answer.refusal.kind === 'ours') {
    if (!question.needsSecret) return answer;
    ports.secrets.doubt(provider.id);
    return askOnce(ports, provider, question);
  }
  if (question.of === 'code' || !isPassing(answer.refusal)) return answer;
  await ports.pause(betweenTries);
  return askOnce(ports, provider, question);
}

async function askOnce(
  { ask, secrets, clock }: AskingPorts,
  provider: EgressProvider,
  { needsSecret, request, shape, of }: TokenQuestion,
): Promise<Result<GivenTokens, ThirdPartyRefusal>> {
  const secret = needsSecret ? await secrets.current(provider.id) : undefined;
  const answer = await answerTo(() => ask(provider.id, request(secret)));
  if (answer === undefined) return refuse(notAnswered);
  const read = readAnswer(answer, shape, of);
  return read.ok ? read : refuse(withPause(read.refusal, answer, clock()));
}

const notAnswered = { kind: 'failed', error: 'not_answered' } as const satisfies ThirdPartyRefusal;

/** Undefined where no whole answer came. */
export async function answerTo(ask: () => Promise<ThirdPartyAnswer>): Promise<ThirdPartyAnswer | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof DependencyUnavailable) return undefined;
    throw error;
  }
}

/** Whether a moment later may be another one: not where it was dealt with, and refused; nor where it says when that is. */
function isPassing({ error, notBefore }: ThirdPartyRefusal): boolean {
  if (notBefore !== undefined) return false;
  return error === notAnswered.error || error.startsWith('status_5') || error === 'status_429';
}
