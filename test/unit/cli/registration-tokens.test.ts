import { describe, expect, it } from 'vitest';
import type { AdminClient } from '../../../bin/cli/admin-client.ts';
import { readArguments } from '../../../bin/cli/options.ts';
import { registrationTokenCommand } from '../../../bin/cli/registration-tokens.ts';

const made = { id: 'rt_abcdefghijkl', name: 'Team', expires_at: '2027-01-01T00:00:00Z' };

/** Runs a command line; says what it told and what it asked of the admin API. */
async function run(...args: readonly string[]) {
  const sent: unknown[] = [];
  const admin: AdminClient = {
    send: (method, path, body) => {
      sent.push([method, path, ...(body === undefined ? [] : [body])]);
      return Promise.resolve({ ...made, initial_access_token: 'rt_abcdefghijkl.s3cret' });
    },
    listAll: () => Promise.resolve([{ ...made, uses: 3, used: 1, created_by: 'arn' }, made]),
  };
  const { values, positionals } = readArguments(args);
  const surroundings = {
    ...{ environment: {}, directory: '.', input: () => Promise.resolve('') },
    out: () => undefined,
    err: () => undefined,
  };
  const said = await registrationTokenCommand({
    ...{ words: positionals, values, surroundings },
    admin: () => admin,
  });
  return { text: said.text, sent };
}

describe('the commands of initial access tokens', () => {
  it('make one by name, with an end and a number of uses, and show its value once', async () => {
    const { text, sent } = await run('add', 'Team', '--expires-in', '30d', '--uses', '3');
    expect(sent).toEqual([['POST', 'registration-tokens', { name: 'Team', expires_in: 2_592_000, uses: 3 }]]);
    expect(text.match(/s3cret/g)).toHaveLength(1);
    expect(text).toMatch(/shown this once and kept nowhere/);
    expect((await run('add', 'Team', '--expires-in', '12h')).sent).toEqual([
      ['POST', 'registration-tokens', { name: 'Team', expires_in: 43_200 }],
    ]);
  });

  it('list them with what is left, and remove one by its id', async () => {
    const { text } = await run('list');
    expect(text).toMatch(/rt_abcdefghijkl +Team .* 1 of 3/);
    expect(text).toContain('any number');
    expect((await run('remove', 'rt_abcdefghijkl')).sent).toEqual([
      ['DELETE', 'registration-tokens/rt_abcdefghijkl'],
    ]);
  });

  it.each([
    [[], /add, list, remove/],
    [['show'], /no command of registration-token/],
    [['add', '--expires-in', '1d'], /name the token/],
    [['add', 'Team'], /--expires-in/],
    [['add', 'Team', '--expires-in', 'soon'], /30d or 12h/],
    [['add', 'Team', '--expires-in', '1d', '--uses', '0'], /--uses 0/],
    [['list', 'all'], /one word too many/],
    [['list', '--uses', '1'], /no option/],
    [['remove'], /by its id/],
    [['remove', 'rt_abcdefghijkl.s3cret'], /is a secret; name it by its id/],
  ] as const)('explain a wrong use, and send nothing: %j', async (args, words) => {
    await expect(run(...args)).rejects.toThrow(words);
    await expect(run(...args)).rejects.not.toThrow(/s3cret/);
  });
});
