import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { ProviderDoctor } from '../../ports/diagnosis.ts';
import type { ApiDirectory, DownstreamApis } from '../../ports/downstream-apis.ts';
import {
  type DownstreamAnswer,
  downstreamDependency,
  type DownstreamQuestion,
} from '../../ports/downstream.ts';
import type { KeptStandings } from '../../ports/kept-grants.ts';
import type { MachineTokens } from '../../ports/machine-tokens.ts';
import type { PersonStandings, SignIns, UpstreamLogouts } from '../../ports/people.ts';
import type { ProviderCertificates } from '../../ports/provider-certificates.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { ok, refuse } from '../../runtime/result.ts';
import { Secret } from '../../runtime/secret.ts';
import { calling, clientDefaults } from '../aws.ts';

/**
 * What the client for sign-ins is made with: one try, because a code of the identity provider is good once, and less time
 * than the function that asks has itself. Times are milliseconds.
 */
export const signInDefaults = {
  maxAttempts: 1,
  requestHandler: { ...clientDefaults.requestHandler, requestTimeout: 9_000 },
} as const;

/**
 * The same for standings, which programs wait for, and no longer than ten seconds. An answer that comes later is kept there
 * for whoever asks again.
 */
export const standingDefaults = {
  ...signInDefaults,
  requestHandler: { ...signInDefaults.requestHandler, requestTimeout: 6_000 },
} as const;

interface Options {
  readonly client: LambdaClient;
  /** Name or ARN of the downstream function. */
  readonly functionName: string;
}

/** Sign-ins, carried out by the downstream function. */
export function downstreamSignIns(options: Options): SignIns {
  return {
    begin: async ({ id }, start) => {
      const answer = await ask(options, { ask: 'begin', idp: id, start });
      if (answer.told !== 'begun') throw unexpected();
      return new URL(answer.url);
    },
    complete: async ({ id }, back) => {
      const answer = await ask(options, { ask: 'complete', idp: id, back });
      if (answer.told === 'signed_in') return ok(answer.signedIn);
      if (answer.told === 'refused') return refuse({ ...answer.refusal, explained: answer.explained });
      throw unexpected();
    },
  };
}

/** Logouts there and here, judged and found by the downstream function. */
export function downstreamLogouts(options: Options): UpstreamLogouts {
  return {
    read: async ({ id }, token, enrolled) => {
      const told = { token, ...(enrolled !== undefined && { enrolled }) };
      const answer = await ask(options, { ask: 'logout', idp: id, ...told });
      if (answer.told === 'logout') return ok(answer.notice);
      if (answer.told === 'logout_refused') return refuse(answer.problem);
      throw unexpected();
    },
    leave: async ({ id }, start) => {
      const answer = await ask(options, { ask: 'leave', idp: id, start });
      if (answer.told !== 'leaving') throw unexpected();
      return answer.url === undefined ? undefined : new URL(answer.url);
    },
  };
}

/** Standings, asked for by the downstream function. */
export function downstreamStandings(options: Options): PersonStandings {
  return {
    check: async (grant, idp) => {
      const answer = await ask(options, { ask: 'standing', grant, idp });
      if (answer.told !== 'standing') throw unexpected();
      return answer.standing;
    },
    confirm: async (grant) => {
      const answer = await ask(options, { ask: 'confirm', grant });
      if (answer.told !== 'confirmed') throw unexpected();
    },
    waiting: async (grants) => {
      const answer = await ask(options, { ask: 'waiting', grants });
      if (answer.told !== 'waiting') throw unexpected();
      return answer.grants;
    },
    forget: async (grant) => {
      const answer = await ask(options, { ask: 'forget', grant });
      if (answer.told !== 'forgotten') throw unexpected();
    },
  };
}

/** What is kept of people, asked with by the downstream function before it ends. */
export function downstreamKeptStandings(options: Options): KeptStandings {
  return {
    renew: async (grant, idp, due) => {
      const answer = await ask(options, { ask: 'renew', grant, idp, due });
      if (answer.told !== 'standing') throw unexpected();
      return answer.standing;
    },
  };
}

/**
 * What the client for diagnoses is made with: longer than a provider takes that answers nothing, and shorter than the
 * function lives that asks. Times are milliseconds.
 */
export const diagnosisDefaults = {
  ...signInDefaults,
  requestHandler: { ...signInDefaults.requestHandler, requestTimeout: 13_000 },
} as const;

/** Diagnoses, made by the downstream function. */
export function downstreamDoctor(options: Options): ProviderDoctor {
  return {
    diagnose: async (idp, apis) => {
      const answer = await ask(options, { ask: 'diagnose', idp, apis });
      if (answer.told !== 'diagnosed') throw unexpected();
      return answer.diagnosis;
    },
  };
}

/** Certificates of provider keys, made by the downstream function, which alone signs by them. */
export function downstreamCertificates(options: Options): ProviderCertificates {
  return {
    make: async (idp, wanted) => {
      const answer = await ask(options, { ask: 'certify', idp, wanted });
      if (answer.told === 'certified') return ok(answer.certificate);
      if (answer.told === 'not_certified') return refuse(answer.refusal);
      throw unexpected();
    },
  };
}

/** Tokens of APIs behind identity providers, which the downstream function asks for. */
export function downstreamApis(options: Options, { find }: ApiDirectory): DownstreamApis {
  return {
    find,
    exchange: async (request) => {
      const answer = await ask(options, { ask: 'exchange', request });
      if (answer.told === 'not_exchanged') return answer.refusal;
      if (answer.told !== 'exchanged') throw unexpected();
      const { accessToken, ...token } = answer.token;
      return { kind: 'token', token: { ...token, accessToken: new Secret(accessToken) } };
    },
  };
}

/** Tokens that agents get as themselves, which the downstream function asks for. */
export function downstreamMachineTokens(options: Options): MachineTokens {
  return {
    mint: async (request) => {
      const answer = await ask(options, { ask: 'machine_token', request });
      if (answer.told === 'not_minted') return answer.refusal;
      if (answer.told !== 'minted') throw unexpected();
      const { token, askAgainBy } = answer;
      const accessToken = new Secret(token.accessToken);
      return {
        ...{ kind: 'token', token: { ...token, accessToken } },
        ...(askAgainBy !== undefined && { askAgainBy }),
      };
    },
  };
}

async function ask(
  { client, functionName }: Options,
  question: DownstreamQuestion,
): Promise<DownstreamAnswer> {
  const answer = await calling(downstreamDependency, async () => {
    const { FunctionError: failure, Payload: payload = new Uint8Array() } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(question)) }),
    );
    if (failure !== undefined) throw new Error(`the downstream function failed: ${failure}`);
    return JSON.parse(Buffer.from(payload).toString()) as DownstreamAnswer;
  });
  if (answer.told !== 'unavailable') return answer;
  throw new DependencyUnavailable(answer.dependency, {
    cause: 'told by the downstream function',
    retryAfterSeconds: answer.retryAfterSeconds,
  });
}

function unexpected(): Error {
  return new Error('the downstream function answered another question than it was asked');
}
