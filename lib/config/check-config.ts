import * as v from 'valibot';
import type { VestibuleConfig } from './config.ts';
import { pathOf, type Problem } from './problem.ts';
import { referenceProblems } from './references.ts';
import { configSchema } from './schema.ts';
import { soundParts } from './sound-parts.ts';

/** The config cannot be deployed. The message has one line a problem: the field, the value, the fix. */
export class InvalidConfig extends Error {
  override readonly name = 'InvalidConfig';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ path, text }) => (path === '' ? text : `${path}: ${text}`)).join('\n'));
    this.problems = problems;
  }
}

/** Checks a config as a whole and reports every problem at once; throws `InvalidConfig`. */
export function checkConfig(config: VestibuleConfig): VestibuleConfig {
  const ownProblems = shapeProblems(config);
  // What is told of a part is not told again of the whole that it belongs to.
  const told = ownProblems.map(({ path }) => path);
  const between = referenceProblems(soundParts(config)).filter(
    ({ path }) => !told.some((part) => part === path || part.startsWith(`${path}.`)),
  );
  const problems = [...ownProblems, ...between];
  if (problems.length > 0) throw new InvalidConfig(problems);
  return config;
}

function shapeProblems(config: unknown): readonly Problem[] {
  const isDev = v.is(v.object({ profile: v.literal('dev') }), config);
  const { issues = [] } = v.safeParse(configSchema(isDev ? 'loopback' : 'public'), config);
  return issues.map(({ path = [], message, type }) => {
    // The name of a map's entry is at fault, not its value: the map is where to look.
    const isEntryName = path.at(-1)?.origin === 'key' && type !== 'strict_object';
    const owner = isEntryName ? path.slice(0, -1) : path;
    return { path: pathOf(owner.map(({ key }) => key as string | number)), text: message };
  });
}
