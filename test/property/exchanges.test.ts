import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clientOf,
  type Got,
  type Opened,
  type Place,
  places,
  type Rule,
  scopeNames,
  uriOf,
  type WorldInput,
} from './places-of-exchanges.ts';
import { tasksOf } from './tasks-in-hand.ts';
import { aWorld } from './world-of-exchanges.ts';

const place = fc.constantFrom(...places);
const scopeName = fc.constantFrom(...scopeNames);
const someScopes = fc.uniqueArray(scopeName, { minLength: 1, maxLength: 3 });

const rule: fc.Arbitrary<Rule> = fc
  .record({
    ...{ by: place, target: place },
    scopes: fc.uniqueArray(fc.record({ name: scopeName, from: someScopes }), {
      ...{ minLength: 1, maxLength: 3 },
      selector: ({ name }) => name,
    }),
    subjects: fc.constantFrom<Rule['subjects']>(
      ['person'],
      ['person'],
      ['person', 'agent'],
      ['person', 'workload'],
      ['agent'],
    ),
    mode: fc.constantFrom<Rule['mode']>('delegation', 'delegation', 'impersonation'),
    refresh: fc.boolean(),
  })
  .filter(({ by, target }) => by !== target);

const world: fc.Arbitrary<WorldInput> = fc.record(
  {
    rules: fc.uniqueArray(rule, {
      minLength: 6,
      maxLength: 12,
      selector: ({ by, target }) => `${by} ${target}`,
    }),
    maximumDepth: fc.integer({ min: 1, max: 8 }),
    root: fc.record({
      ...{ place, scope: someScopes, life: fc.integer({ min: 60, max: 1_200 }) },
      tasks: fc.constantFrom(0, 0, 0, 0, 1, 2, 4),
    }),
  },
  { requiredKeys: ['rules', 'maximumDepth', 'root'] },
);

const held = fc.option(
  fc.record(
    Object.fromEntries(
      places.map((each) => [each, fc.uniqueArray(scopeName, { minLength: 1, maxLength: 3 })]),
    ) as Record<Place, fc.Arbitrary<(typeof scopeNames)[number][]>>,
  ),
  { nil: undefined },
);

const ids = [...places, ...places.map(clientOf), 'assistant-client'];

/** What becomes of it in between: `of` picks among the tokens that there are, the latest most of the time. */
const step = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constant('exchange' as const),
      of: fc.constantFrom(0, 0, 0, 1, 2),
      // One that policy names for it, mostly.
      target: fc.oneof({ weight: 6, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: place }),
      // Whom the token is for, or anybody who got hold of it.
      by: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: place }),
      scope: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: someScopes }),
    }),
  },
  // In place of the first of all tokens, by whom it is for.
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('open' as const), target: fc.nat(3) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('refresh' as const), of: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'wait' as const, seconds: 1_300 }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke' as const), of: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disable' as const), id: fc.constantFrom(...ids) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'enable' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('task' as const), of: fc.nat(20) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What a person's grant can lead to at most: every place and scope that some rules, one after another, derive from it. */
function reachable({ rules, root, held: holds }: WorldInput): ReadonlySet<string> {
  const found = new Set(root.scope.map((name) => `${root.place} ${name}`));
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const { by, target, scopes } of rules) {
      for (const { name, from } of scopes) {
        const isHeld = holds === undefined || holds[target].includes(name);
        if (isHeld && from.some((source) => found.has(`${by} ${source}`))) found.add(`${target} ${name}`);
      }
    }
  }
  return found;
}

const placeOf = (audience: string): Place => places.find((each) => uriOf(each) === audience)!;
const scopesOf = ({ claims }: Got): readonly string[] => claims.scope.split(' ');

interface Exchange {
  readonly by: Place;
  readonly target: Place;
  readonly scope: readonly string[] | undefined;
  /** Those that it came of, the oldest first. */
  readonly line: readonly Got[];
}

/** What may be in a token, as far as policy and its chain say. */
function expectWithin(
  input: WorldInput,
  { claims, ...child }: Got,
  { by, target, scope, line }: Exchange,
): void {
  const [first, parent] = [line[0]!, line.at(-1)!];
  // One target, which policy names for whoever asked, and which got it from somebody that it is for.
  const policy = input.rules.find((of) => of.by === by && of.target === target)!;
  expect(policy.subjects).toContain('person');
  expect([claims.aud, claims.client_id]).toEqual([uriOf(target), clientOf(by)]);
  expect(parent.claims.aud).toBe(uriOf(by));
  // No scope that nothing leads to from the grant, and none that its own parent does not lead to.
  const within = reachable(input);
  for (const name of scopesOf({ claims, ...child })) {
    expect(within).toContain(`${target} ${name}`);
    const { from } = policy.scopes.find((given) => given.name === name)!;
    expect(from.some((source) => scopesOf(parent).includes(source))).toBe(true);
    if (scope !== undefined) expect(scope).toContain(name);
  }
  // Only what a refresh token gave may outlive the first of all.
  if (claims.family_id === undefined || line.length > 1) {
    expect(claims.exp).toBeLessThanOrEqual(parent.claims.exp);
  }
  expect([claims.sub, claims.grant_id]).toEqual([first.claims.sub, 'granted']);
  // Nobody gets rid of the tasks that it is of, or of any of them.
  expect(claims.task_chain).toEqual(first.claims.task_chain);
  // Everybody whom it went through, once.
  expect(claims.jti_chain).toEqual(line.map((token) => token.claims.jti));
  expect(line.length).toBeLessThanOrEqual(input.maximumDepth);
  expect(line.map((token) => token.claims.client_id)).not.toContain(claims.client_id);
}

/** A world in which things happen, and what ought to count in it. */
async function aCourse(input: WorldInput) {
  const world = aWorld(input);
  const first = await world.root();
  const tokens = [first];
  const parents = new Map<Got, Got>();
  const lineOf = (token: Got): readonly Got[] => {
    const parent = parents.get(token);
    return [...(parent === undefined ? [] : lineOf(parent)), token];
  };
  const isHeldByNobody = ({ claims: { jti, client_id: client, agent_id: agent = '' } }: Got): boolean =>
    world.is.revoked(jti) || world.is.disabled(client) || world.is.disabled(agent);
  const tasks = tasksOf(input);
  const hasEnded = (token: Got): boolean =>
    token.claims.exp <= world.is.now() || tasks.some(world.is.overTask) || lineOf(token).some(isHeldByNobody);
  const families: Opened[] = [];
  let [longest, refreshed] = [0, 0];

  async function open(at: number): Promise<void> {
    const by = placeOf(first.claims.aud);
    const named = input.rules.filter((of) => of.by === by);
    const policy = named[at % named.length];
    if (policy === undefined) return;
    const opened = await world.open(by, first.text, policy.target);
    if (opened === undefined) return;
    // What is of a task is nobody's to keep for longer.
    expect([hasEnded(first), policy.refresh, tasks.length]).toEqual([false, true, 0]);
    families.push(opened);
  }

  /** What policy gives at a target of what the person granted and holds where they granted it. */
  function leftOf(by: Place, target: Place): readonly string[] {
    const holds = (at: Place, name: (typeof scopeNames)[number]): boolean =>
      input.held === undefined || input.held[at].includes(name);
    const granted = input.root.scope.filter((name) => holds(input.root.place, name));
    const given = input.rules.find((of) => of.by === by && of.target === target)?.scopes ?? [];
    return given
      .filter(({ name, from }) => holds(target, name) && from.some((source) => granted.includes(source)))
      .map(({ name }) => name);
  }

  /** Whatever gave it once gives it as long as it stands, and nothing longer: policy does not change in this world. */
  async function refresh(of: number): Promise<void> {
    const family = families[of % families.length];
    if (family === undefined) return;
    const { by, target } = family;
    // Nobody disables a server but by its client here.
    const holders = [first.claims.client_id, clientOf(by), ...(by.startsWith('agent') ? [by] : [])];
    const stands = !holders.some(world.is.disabled);
    const left = leftOf(by, target);
    const next = await world.refresh(family);
    expect(next !== undefined).toBe(stands && left.length > 0 && !world.is.revoked(first.claims.jti));
    if (next === undefined) return;
    families[of % families.length] = next.opened;
    expectWithin(input, next.got, { by, target, line: [first], scope: undefined });
    expect(scopesOf(next.got).toSorted()).toEqual([...left].toSorted());
    expect(next.got.claims.family_id).toBe(family.current.slice(0, 22));
    parents.set(next.got, first);
    tokens.push(next.got);
    refreshed += 1;
  }

  async function exchange(parent: Got, asked: Extract<Step, { readonly kind: 'exchange' }>): Promise<void> {
    const by = asked.by ?? placeOf(parent.claims.aud);
    const named = input.rules.filter((of) => of.by === by).map((of) => of.target);
    const target =
      typeof asked.target === 'string' ? asked.target : (named[asked.target % named.length] ?? 'server-0');
    const child = await world.exchange(by, parent.text, target, asked.scope?.join(' '));
    if (child === undefined) return;
    const line = lineOf(parent);
    expect(hasEnded(parent)).toBe(false);
    expectWithin(input, child, { by, target, line, scope: asked.scope });
    parents.set(child, parent);
    tokens.push(child);
    longest = Math.max(longest, line.length);
  }

  /** One of those that it works on, the root or one below, and rarely, for then all is over. */
  function endTask(of: number): void {
    const task = tasks[of];
    if (task !== undefined) world.endTask(task);
  }

  /** The first one rarely, for then all is over. */
  function revoke(of: number): void {
    const token = tokens[of % tokens.length]!;
    if (token !== first || of === 5) world.revoke(token);
  }

  return {
    ...{ world, tokens, hasEnded, longest: () => longest, refreshed: () => refreshed },
    /** What it rests on, in one way or another. */
    end: (of: number): void => {
      if (tasks.length > 0) endTask(of % tasks.length);
      else world.endGrant();
    },
    /** None of them, once the grant has ended. */
    outlivesItsGrant: async (): Promise<boolean> =>
      (await Promise.all(families.map(world.refresh))).some((next) => next !== undefined),
    take: async (step: Step): Promise<void> => {
      if (step.kind === 'exchange') await exchange(tokens.at(-1 - (step.of % tokens.length))!, step);
      else if (step.kind === 'open') await open(step.target);
      else if (step.kind === 'refresh') await refresh(step.of);
      else if (step.kind === 'revoke') revoke(step.of);
      else if (step.kind === 'wait') world.wait(step.seconds);
      else if (step.kind === 'disable') world.disable(step.id);
      else if (step.kind === 'task') endTask(step.of);
      else ids.forEach(world.enable);
    },
  };
}

describe('no sequence of exchanges', () => {
  it('and of refreshes yields a scope, an audience or a lifetime outside the grant that it began with, or outlives its end or that of its task', async () => {
    let [exchanged, longest, refreshed, worked] = [0, 0, 0, 0];
    await fc.assert(
      fc.asyncProperty(
        world,
        held,
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.nat(3),
        async (drawn, holds, steps, last) => {
          const course = await aCourse({ ...drawn, ...(holds && { held: holds }) });
          for (const target of [0, 1, 2]) await course.take({ kind: 'open', target });
          for (const each of steps) await course.take(each);
          const { tokens } = course;
          for (const token of tokens) expect(await course.world.counts(token)).toBe(!course.hasEnded(token));
          course.end(last);
          for (const token of tokens) expect(await course.world.counts(token)).toBe(false);
          expect(await course.outlivesItsGrant()).toBe(false);
          refreshed += course.refreshed();
          exchanged += tokens.length - 1;
          if (drawn.root.tasks > 0) worked += tokens.length - 1;
          longest = Math.max(longest, course.longest());
        },
      ),
      { numRuns: 200 },
    );
    // The sequences are such that something happens in them.
    expect(exchanged).toBeGreaterThan(100);
    expect(worked).toBeGreaterThan(50);
    expect(longest).toBeGreaterThan(1);
    expect(refreshed).toBeGreaterThan(50);
  }, 120_000);
});
