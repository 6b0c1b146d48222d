import { describe, expect, it } from 'vitest';
import { readAuthorizationHeader } from '../../../lambdas/http/authorization-header.ts';

const basic = (text: string, scheme = 'Basic') => `${scheme} ${Buffer.from(text).toString('base64')}`;

function read(header: string | undefined): unknown {
  const read = readAuthorizationHeader(header);
  return read.kind === 'basic' ? [read.clientId, read.secret.reveal()] : read.kind;
}

describe('an Authorization header', () => {
  it.each([
    [basic('planner:secret'), ['planner', 'secret']],
    [basic('planner:secret', 'bAsIc'), ['planner', 'secret']],
    [basic('planner:se:cret'), ['planner', 'se:cret']],
    [basic('planner:'), ['planner', '']],
    [basic('p:s'), ['p', 's']],
    [basic('a%2Fb:c%3Ad+e'), ['a/b', 'c:d e']],
    [basic('planner:100%'), ['planner', '100%']],
    [basic('planner:%zz'), ['planner', '%zz']],
    [basic('planner:é'), ['planner', 'é']],
    [undefined, 'absent'],
  ])('is read: %s', (header, expected) => {
    expect(read(header)).toEqual(expected);
  });

  it.each([
    '',
    'Basic',
    'Basic ',
    'Basic !!!!',
    basic('no-colon'),
    basic(':no-id'),
    'Bearer abc',
    'DPoP abc',
    `${basic('a:b')}, ${basic('c:d')}`,
    `Basic ${Buffer.from([0x61, 0x3a, 0xff]).toString('base64')}`,
  ])('is unusable: %s', (header) => {
    expect(read(header)).toBe('unusable');
  });
});
