import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import {
  type Connecting,
  type ConnectionAnswer,
  connectionsDependency,
  type ConnectionQuestion,
} from '../../ports/connecting.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { calling, clientDefaults } from '../aws.ts';

/**
 * What the client is made with: one try, because codes of third parties and most of their refresh tokens are good once, and less time than
 * the functions that ask have themselves. What comes later is kept there for whoever asks again. Times are milliseconds.
 */
export const connectingDefaults = {
  maxAttempts: 1,
  requestHandler: { ...clientDefaults.requestHandler, requestTimeout: 9_000 },
} as const;

interface Options {
  readonly client: LambdaClient;
  /** Name or ARN of the connections function. */
  readonly functionName: string;
}

/** Connections, kept by the function that alone holds what they are renewed by. */
export function lambdaConnecting(options: Options): Connecting {
  return {
    complete: async (back, requestId) => {
      const answer = await ask(options, { ask: 'complete', back, requestId });
      if (answer.told === 'connected') return { kind: 'connected', summary: answer.summary };
      if (answer.told === 'not_connected') return { kind: 'not_connected', refusal: answer.refusal };
      throw unexpected();
    },
    list: async (holder) => {
      const answer = await ask(options, { ask: 'list', holder });
      if (answer.told !== 'connections') throw unexpected();
      return answer.connections;
    },
    standing: async (place, asked) => {
      const answer = await ask(options, { ask: 'standing', place, ...asked });
      if (answer.told !== 'standing') throw unexpected();
      return answer.standing;
    },
    renew: async (place, of) => {
      const answer = await ask(options, { ask: 'renew', place, ...of });
      if (answer.told === 'renewed') return 'renewed';
      if (answer.told === 'not_renewed') return answer.why;
      throw unexpected();
    },
    narrow: async (place, asked) => {
      const answer = await ask(options, { ask: 'narrow', place, ...asked });
      if (answer.told === 'narrowed') return { kind: 'token', token: answer.token };
      if (answer.told === 'not_narrowed') return { kind: answer.why };
      throw unexpected();
    },
    disconnect: async (place, connection, requestId) => {
      const answer = await ask(options, { ask: 'disconnect', place, connection, requestId });
      if (answer.told !== 'disconnected') throw unexpected();
      const { revoked, removeAt } = answer;
      return { revoked, ...(removeAt !== undefined && { removeAt }) };
    },
  };
}

async function ask(
  { client, functionName }: Options,
  question: ConnectionQuestion,
): Promise<ConnectionAnswer> {
  const answer = await calling(connectionsDependency, async () => {
    const { FunctionError: failure, Payload: payload = new Uint8Array() } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(question)) }),
    );
    if (failure !== undefined) throw new Error(`the connections function failed: ${failure}`);
    return JSON.parse(Buffer.from(payload).toString()) as ConnectionAnswer;
  });
  if (answer.told !== 'unavailable') return answer;
  throw new DependencyUnavailable(answer.dependency, {
    cause: 'told by the connections function',
    retryAfterSeconds: answer.retryAfterSeconds,
  });
}

function unexpected(): Error {
  return new Error('the connections function answered another question than it was asked');
}
