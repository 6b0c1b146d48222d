import type { KMSClient } from '@aws-sdk/client-kms';
import * as v from 'valibot';
import type { EnrolmentName, EnrolmentSeals, OwnProofs, OwnRegistration } from '../../ports/enrolments.ts';
import { Secret } from '../../runtime/secret.ts';
import { kmsEnvelopes } from './envelopes.ts';

interface Options {
  readonly client: KMSClient;
  readonly keyArn: string;
  readonly deployment: string;
}

const proof = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ method: v.picklist(['client_secret_basic', 'client_secret_post']), secret: v.string() }),
);
const registration = v.pipe(v.string(), v.parseJson(), v.object({ uri: v.string(), token: v.string() }));

/** Two purposes: what signs people in opens for one function, what changes and removes a client for another. */
type Purpose = 'enrolment-proof' | 'enrolment-registration';

function contextOf(
  { deployment }: Options,
  purpose: Purpose,
  { idp, client }: EnrolmentName,
): Record<string, string> {
  return { deployment, purpose, idp, client };
}

export function kmsEnrolmentSeals(options: Options): EnrolmentSeals {
  const envelopes = kmsEnvelopes(options);
  return {
    prepare: async (name) => {
      const ofProof = await envelopes.fresh(contextOf(options, 'enrolment-proof', name));
      const ofRegistration = await envelopes.fresh(contextOf(options, 'enrolment-registration', name));
      return (made) => ({
        proof: ofProof(JSON.stringify({ method: made.proof.method, secret: made.proof.secret.reveal() })),
        ...(made.registration && {
          registration: ofRegistration(registrationText(made.registration)),
        }),
      });
    },
    openRegistration: async (name, sealed) => {
      const context = contextOf(options, 'enrolment-registration', name);
      const { text, envelope } = await envelopes.open(context, sealed);
      const { uri, token } = v.parse(registration, text);
      return {
        registration: { uri, token: new Secret(token) },
        reseal: (other) => envelope(registrationText(other)),
      };
    },
  };
}

function registrationText({ uri, token }: OwnRegistration): string {
  return JSON.stringify({ uri, token: token.reveal() });
}

export function kmsOwnProofs(options: Options): OwnProofs {
  const envelopes = kmsEnvelopes(options);
  return {
    open: async (name, sealed) => {
      const { text } = await envelopes.open(contextOf(options, 'enrolment-proof', name), sealed);
      const { method, secret } = v.parse(proof, text);
      return { method, secret: new Secret(secret) };
    },
  };
}
