import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { EnrolmentAnswer, EnrolmentQuestion } from '../../ports/enrolment-questions.ts';
import { EnrolmentUnderWay, type Enrolling } from '../../ports/enrolments.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import { ok, refuse } from '../../runtime/result.ts';
import { calling, clientDefaults } from '../aws.ts';

/**
 * What the client is made with: one try, because each makes a client anew, and less time than the function that asks has
 * itself. Times are milliseconds.
 */
export const enrollingDefaults = {
  maxAttempts: 1,
  requestHandler: { ...clientDefaults.requestHandler, requestTimeout: 15_000 },
} as const;

/** Enrolments, made by the function that alone may. */
export function lambdaEnrolling(options: {
  readonly client: LambdaClient;
  /** Name or ARN of the enrolment function. */
  readonly functionName: string;
  readonly idps: readonly IdpId[];
}): Enrolling {
  const ask = async (question: EnrolmentQuestion): Promise<EnrolmentAnswer> => {
    const answer = await calling('the enrolment function', async () => {
      const Payload = Buffer.from(JSON.stringify(question));
      const { FunctionError: failure, Payload: payload = new Uint8Array() } = await options.client.send(
        new InvokeCommand({ FunctionName: options.functionName, Payload }),
      );
      if (failure !== undefined) throw new Error(`the enrolment function failed: ${failure}`);
      return JSON.parse(Buffer.from(payload).toString()) as EnrolmentAnswer;
    });
    if (answer.told !== 'unavailable') return answer;
    const { dependency, retryAfterSeconds } = answer;
    const told = { cause: 'told by the enrolment function', retryAfterSeconds };
    throw answer.underWay
      ? new EnrolmentUnderWay(dependency, told)
      : new DependencyUnavailable(dependency, told);
  };
  return {
    idps: options.idps,
    enrol: async (client, name, document) => {
      const answer = await ask({ ask: 'enrol', client, name, ...(document !== undefined && { document }) });
      if (answer.told === 'refused') return refuse(answer.refusal);
      if (answer.told === 'enrolled') return ok(undefined);
      throw new Error('the enrolment function answered another question than it was asked');
    },
    rename: async (client, name) => {
      await ask({ ask: 'rename', client, name });
    },
    leave: async (client) => {
      await ask({ ask: 'leave', client });
    },
  };
}
