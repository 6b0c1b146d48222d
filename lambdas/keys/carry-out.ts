import type { KeyMaking, KeyRing, MadeKey, SigningKey } from '../ports/signing.ts';
import { after, type Instant } from '../runtime/clock.ts';
import { handedOver } from './hand-over.ts';
import type { Step } from './next-step.ts';
import { changeOf, type KeyAuthor, type KeyRingPorts } from './ports.ts';

/** `moved_on`: another changed the ring first, and nothing was done. `busy`: another is making a key. */
export type StepOutcome = 'done' | 'moved_on' | 'busy';

/** Takes one step from the ring that was read. Interrupted anywhere, it is taken up again by the next who reads. */
export function carryOut(
  ports: KeyRingPorts,
  ring: KeyRing,
  step: Step,
  author: KeyAuthor,
): Promise<StepOutcome> {
  switch (step.do) {
    case 'make':
      return makeStandby(ports, ring, author);
    case 'hand_over':
      return handOver(ports, ring, step.to, author);
    case 'destroy':
      return destroy(ports, ring, step.key, author);
  }
}

export async function makeStandby(
  ports: KeyRingPorts,
  ring: KeyRing,
  author: KeyAuthor,
): Promise<StepOutcome> {
  const claim = await claimMaking(ports, ring, author);
  if (typeof claim === 'string') return claim;
  const { claimed } = claim;
  const made = await make(ports, claim, author);
  const key: SigningKey = { ...made, publishedAt: ports.clock() };
  const change = changeOf(author, 'signing_key_published', ports);
  if (!(await ports.keyRing.replace(claimed, { keys: [...claimed.keys, key] }, change))) return 'moved_on';
  const { kid, custody } = key;
  ports.audit({
    ...{ event: 'signing_key_published', kid, custody: custody.kind, by: author.actor },
    ...(custody.kind === 'kms' && { keyArn: custody.keyArn }),
  });
  return 'done';
}

/** Where it fails, the next request may take over at once: nobody else is at it. */
async function make(
  ports: KeyRingPorts,
  { making, claimed, firstTime }: Claim,
  author: KeyAuthor,
): Promise<MadeKey> {
  try {
    return await ports.maker.make(making.intent, { firstTime });
  } catch (error) {
    const released = { keys: claimed.keys, making: { ...making, until: ports.clock() } };
    const change = changeOf(author, 'signing_key_making', ports);
    await ports.keyRing.replace(claimed, released, change).catch(() => undefined);
    throw error;
  }
}

export async function handOver(
  ports: KeyRingPorts,
  ring: KeyRing,
  { kid }: SigningKey,
  author: KeyAuthor,
): Promise<StepOutcome> {
  const now = ports.clock();
  const { keys, at } = handedOver(ring.keys, kid, ports.policy, now);
  const change = changeOf(author, 'signing_key_activated', ports);
  if (!(await ports.keyRing.replace(ring, { ...ring, keys }, change))) return 'moved_on';
  const by = author.actor;
  ports.audit({ event: 'signing_key_activated', kid, signsFrom: at, by });
  for (const { kid: retired, publishUntil: publishedUntil } of newlyEnding(ring.keys, keys)) {
    ports.audit({ event: 'signing_key_retired', kid: retired, publishedUntil, compromised: false, by });
  }
  return 'done';
}

/** The keys whose end this change has decided. */
function newlyEnding(
  before: readonly SigningKey[],
  keys: readonly SigningKey[],
): readonly { readonly kid: string; readonly publishUntil: Instant }[] {
  const open = before.filter(({ publishUntil }) => publishUntil === undefined).map(({ kid }) => kid);
  return keys.flatMap(({ kid, publishUntil }) =>
    open.includes(kid) && publishUntil !== undefined ? [{ kid, publishUntil }] : [],
  );
}

async function destroy(
  ports: KeyRingPorts,
  ring: KeyRing,
  key: SigningKey,
  author: KeyAuthor,
): Promise<StepOutcome> {
  await ports.maker.destroy(key);
  const keys = ring.keys.filter(({ kid }) => kid !== key.kid);
  const change = changeOf(author, 'signing_key_destroyed', ports);
  if (!(await ports.keyRing.replace(ring, { ...ring, keys }, change))) return 'moved_on';
  ports.audit({ event: 'signing_key_destroyed', kid: key.kid, by: author.actor });
  return 'done';
}

interface Claim {
  readonly making: KeyMaking;
  /** The ring that holds the claim. */
  readonly claimed: KeyRing;
  readonly firstTime: boolean;
}

/** Writes down that a key is about to be made, before it is; of several who want to, one may. */
async function claimMaking(
  ports: KeyRingPorts,
  ring: KeyRing,
  author: KeyAuthor,
): Promise<Claim | 'moved_on' | 'busy'> {
  const now = ports.clock();
  const begun = ring.making;
  if (begun?.by === author.requestId) return { making: begun, claimed: ring, firstTime: false };
  if (begun !== undefined && now < begun.until) return 'busy';
  const making: KeyMaking = {
    intent: begun?.intent ?? ports.random(16),
    by: author.requestId,
    until: after(now, ports.policy.makingSeconds),
  };
  const change = changeOf(author, 'signing_key_making', ports);
  if (!(await ports.keyRing.replace(ring, { keys: ring.keys, making }, change))) return 'moved_on';
  const claimed = { keys: ring.keys, making, version: ring.version + 1 };
  return { making, claimed, firstTime: begun === undefined };
}
