import * as v from 'valibot';
import type { ConnectionQuestion } from '../../ports/connecting.ts';

const text = v.string();
const texts = v.array(text);

const holder = v.variant('kind', [
  v.object({ kind: v.literal('person'), person: text, idp: text }),
  v.object({ kind: v.literal('group'), group: text }),
  v.object({ kind: v.literal('service') }),
]);

const place = v.object({ provider: text, holder });

const question = v.variant('ask', [
  v.object({
    ask: v.literal('complete'),
    back: v.object({
      ...place.entries,
      by: text,
      agents: v.array(v.object({ agent: text, scopes: texts })),
      code: text,
      codeVerifier: text,
      redirectUri: text,
      asked: texts,
    }),
    requestId: text,
  }),
  v.object({ ask: v.literal('list'), holder }),
  v.object({ ask: v.literal('standing'), place, agent: text, scopes: texts }),
  v.object({
    ask: v.literal('renew'),
    place,
    connection: text,
    version: v.pipe(v.number(), v.integer(), v.minValue(0)),
  }),
  v.object({ ask: v.literal('narrow'), place, connection: text, scopes: texts, resources: texts }),
  v.object({ ask: v.literal('disconnect'), place, connection: text, requestId: text }),
  v.object({ ask: v.literal('sweep') }),
]);

/** Reads what another function of this deployment asks, or its schedule. Throws on anything else, which is a defect of ours. */
export function readQuestion(event: unknown): ConnectionQuestion {
  const read = v.safeParse(question, event);
  if (!read.success) throw new Error('a question of another form');
  return read.output as ConnectionQuestion;
}
