import type { JWTPayload } from 'jose';

/** The issuer makes no longer chains. */
const longestChain = 8;
/** Nor tasks below so many others. */
const mostTasks = 4;

/** Whether what a token says of its chain can be read: one that cannot is not to be taken for none. */
export function hasChain(payload: JWTPayload): boolean {
  const { act, jti_chain: jtis, client_chain: holders } = payload;
  const isChained = Array.isArray(jtis) && jtis.every(isText) && isWithin(jtis, 1);
  if (jtis !== undefined && !isChained) return false;
  // RFC 8693 §4.1: whoever acts for somebody else has a token of theirs to do it by.
  if (!isChained) return act === undefined && holders === undefined;
  return isActor(act, jtis.length + 1) && areHolders(holders, jtis.length);
}

/** The same of the task that a token is of. */
export function hasTasks({ task_chain: tasks }: JWTPayload): boolean {
  if (tasks === undefined) return true;
  return Array.isArray(tasks) && 0 < tasks.length && tasks.length <= mostTasks && tasks.every(isText);
}

/** At most so many, one within another. */
function isActor(act: unknown, most: number): boolean {
  if (act === undefined) return true;
  if (!isObject(act) || most === 0) return false;
  return isText(act['sub']) && isHolder(act) && isActor(act['act'], most - 1);
}

/** Of all tokens of the chain, or of all but the first, which somebody else issued. */
function areHolders(holders: unknown, tokens: number): boolean {
  if (holders === undefined) return tokens === 1;
  if (!Array.isArray(holders) || !holders.every(isHolder)) return false;
  return isWithin(holders, Math.max(1, tokens - 1)) && holders.length <= tokens;
}

function isHolder(value: unknown): boolean {
  if (!isObject(value)) return false;
  return isText(value['client_id']) && ['undefined', 'string'].includes(typeof value['agent_id']);
}

function isWithin({ length }: readonly unknown[], least: number): boolean {
  return least <= length && length <= longestChain;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
