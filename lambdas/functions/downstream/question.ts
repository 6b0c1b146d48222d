import * as v from 'valibot';
import type { DownstreamQuestion } from '../../ports/downstream.ts';

const idp = v.string();
const grant = v.string();
const enrolled = v.exactOptional(v.string());
/** Not below 0. */
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));

const wishes = v.object({
  prompt: v.exactOptional(v.picklist(['none', 'login', 'select_account'])),
  maxAge: v.exactOptional(whole),
  acrValues: v.exactOptional(v.string()),
  loginHint: v.exactOptional(v.string()),
  challenge: v.exactOptional(v.string()),
});

const question = v.variant('ask', [
  v.object({
    ask: v.literal('begin'),
    idp,
    start: v.object({
      state: v.string(),
      nonce: v.string(),
      codeChallenge: v.string(),
      wishes,
      offline: v.boolean(),
      enrolled,
      renews: v.exactOptional(grant),
    }),
  }),
  v.object({
    ask: v.literal('complete'),
    idp,
    back: v.object({
      query: v.string(),
      state: v.string(),
      nonce: v.string(),
      codeVerifier: v.string(),
      acrValues: v.exactOptional(v.string()),
      keepFor: v.exactOptional(grant),
      renews: v.exactOptional(grant),
      enrolled,
    }),
  }),
  v.object({ ask: v.literal('standing'), idp, grant }),
  v.object({ ask: v.literal('renew'), idp, grant, due: whole }),
  v.object({ ask: v.literal('logout'), idp, token: v.string(), enrolled }),
  v.object({
    ask: v.literal('leave'),
    idp,
    start: v.object({ state: v.string(), idTokenHint: v.exactOptional(v.string()) }),
  }),
  v.object({
    ask: v.literal('exchange'),
    request: v.object({
      api: v.string(),
      grant,
      person: v.string(),
      actor: v.string(),
      scopes: v.array(v.string()),
    }),
  }),
  v.object({
    ask: v.literal('machine_token'),
    request: v.object({
      ...{ api: v.string(), agent: v.string(), scopes: v.array(v.string()) },
      ahead: v.exactOptional(v.boolean()),
    }),
  }),
  v.object({ ask: v.literal('confirm'), grant }),
  v.object({ ask: v.literal('waiting'), grants: v.pipe(v.array(grant), v.maxLength(50)) }),
  v.object({ ask: v.literal('forget'), grant }),
  v.object({ ask: v.literal('diagnose'), idp, apis: v.array(v.string()) }),
  v.object({
    ask: v.literal('certify'),
    idp,
    wanted: v.object({ key: v.exactOptional(v.string()), days: whole }),
  }),
]);

/** Reads what another function of this deployment asks. Throws on anything else, which is a defect of ours. */
export function readQuestion(event: unknown): DownstreamQuestion {
  const read = v.safeParse(question, event);
  if (!read.success) throw new Error('a question of another form');
  return read.output as DownstreamQuestion;
}
