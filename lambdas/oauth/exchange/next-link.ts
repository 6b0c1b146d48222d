import { ok, type Result } from '../../runtime/result.ts';
import { type Actor, actorName, type Exchanged } from './chain.ts';
import { type ExchangeRefusal, exchangeRefused } from './refusal.ts';
import type { Subject } from './subject.ts';

/**
 * What a token says of where it comes from that an actor has exchanged. Nobody who acted before is ever forgotten: only the
 * first who acts can be one who is not named.
 */
export function nextLink(
  subject: Pick<Subject, 'kind' | 'actors' | 'jtis' | 'holders' | 'anchor' | 'family'>,
  actor: Actor,
  { mode, maximumDepth }: { readonly mode: Exchanged['mode']; readonly maximumDepth: number },
): Result<Exchanged, ExchangeRefusal> {
  const { kind, jtis, holders, anchor, family } = subject;
  const before = [...subject.actors, ...holders].map(actorName);
  if (before.includes(actorName(actor))) return exchangeRefused('chain_loop');
  const actors = [...subject.actors, actor];
  // Both are counted: one who is not named is in the second alone, a person's first agent in the first alone.
  if (Math.max(actors.length, jtis.length) > maximumDepth)
    return exchangeRefused('chain_too_deep', `${maximumDepth} actors`);
  return ok({
    kind,
    actors,
    mode: subject.actors.length > 0 ? 'delegation' : mode,
    ...{ jtis, holders },
    ...(anchor !== undefined && { anchor }),
    ...(family !== undefined && { family }),
  });
}
