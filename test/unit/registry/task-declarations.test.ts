import { describe, expect, it } from 'vitest';
import { readAgent } from '../../../lambdas/registry/declaration/agent.ts';
import { readTrusted } from '../../../lambdas/registry/rules.ts';
import { context, refusalOf } from './judged-declarations.ts';

const agent = { id: 'planner', owner: 'platform', catalogue: [] };
const secret = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:agents/*';

describe('what an agent may do by tasks', () => {
  it('is nothing, unless it says so', () => {
    expect(readAgent(agent, context)).not.toHaveProperty('value.tasks');
  });

  it('has an end, and more only where it is said', () => {
    const least = readAgent({ ...agent, tasks: { maximum_hours: 1, extension: false } }, context);
    expect(least.ok && least.value.tasks).toEqual({ maximumHours: 1 });
    const tasks = { maximum_hours: 8_760, extension: true, secrets: [secret, secret.slice(0, -1)] };
    const most = readTrusted('agent', { ...agent, tasks }, context);
    expect(most).toMatchObject({
      value: { tasks: { maximumHours: 8_760, extension: true, secrets: [secret, secret.slice(0, -1)] } },
    });
  });

  it.each([
    ['no end', {}, /^tasks\.maximum_hours: is required/],
    ['an end at once', { maximum_hours: 0 }, /^tasks\.maximum_hours 0: must be a whole number of hours/],
    ['half an hour', { maximum_hours: 0.5 }, /^tasks\.maximum_hours 0.5: must be a whole number/],
    ['more than a year', { maximum_hours: 8_761 }, /^tasks\.maximum_hours 8761: must be .* from 1 to 8760/],
    ['a word for hours', { maximum_hours: '1' }, /^tasks\.maximum_hours "1": must be a number of hours/],
    ['a word for true', { maximum_hours: 1, extension: 1 }, /^tasks\.extension 1: must be true or false/],
    ['no secret', { maximum_hours: 1, secrets: [] }, /^tasks\.secrets \[\]: must not be empty/],
    ['any secret', { maximum_hours: 1, secrets: ['*'] }, /^tasks\.secrets\[0\] "\*": must be the ARN/],
    [
      'a star within',
      { maximum_hours: 1, secrets: [secret.replace('*', '*x')] },
      /^tasks\.secrets\[0\] .*must be the ARN/,
    ],
    [
      'a secret twice',
      { maximum_hours: 1, secrets: [secret, secret] },
      /^tasks\.secrets .*names a secret twice/,
    ],
    ['a member of no meaning', { maximum_hours: 1, grace: 5 }, /^tasks\.grace: is no member/],
    ['a number', 5, /^tasks 5: must be \{ maximum_hours, extension, secrets \}/],
  ])('is refused with %s', (_what, tasks, words) => {
    expect(refusalOf(readAgent, { ...agent, tasks })).toMatch(words);
  });
});
