import { expect, test } from 'vitest';
import { amongHeld, heldScope } from '../../../../lambdas/oauth/people/held-scope.ts';
import type { Role } from '../../../../lambdas/ports/identity-providers.ts';
import type { ResourceUri, ScopeName } from '../../../../lambdas/runtime/identifiers.ts';

const files = 'https://files.example.com' as ResourceUri;
const mail = 'https://mail.example.com' as ResourceUri;
const [read, write, send] = ['read', 'write', 'send'] as ScopeName[] as [ScopeName, ScopeName, ScopeName];

const roles: readonly Role[] = [
  { name: 'everyone', groups: 'everyone', scopes: [{ resource: files, names: [read] }] },
  {
    name: 'editor',
    groups: ['editors', 'chiefs'],
    scopes: [
      { resource: files, names: [read, write] },
      { resource: mail, names: [send] },
    ],
  },
  { name: 'nobody', groups: [], scopes: [{ resource: files, names: [send] }] },
];

test('a person holds what their groups and everyone hold, each scope once', () => {
  expect(heldScope({ roles }, ['chiefs', 'golf'], files)).toEqual({
    roles: ['everyone', 'editor'],
    scope: [read, write],
  });
});

test('a person of no group holds what everyone holds', () => {
  expect(heldScope({ roles }, [], files)).toEqual({ roles: ['everyone'], scope: [read] });
});

test('what is held at one resource is not held at another', () => {
  expect(heldScope({ roles }, [], mail).scope).toEqual([]);
});

test('without a resource there are roles and nothing to hold', () => {
  expect(heldScope({ roles }, ['editors'], undefined)).toEqual({ roles: ['everyone', 'editor'], scope: [] });
});

test('where the config has no roles, whoever can sign in holds everything', () => {
  const held = heldScope({}, [], files);
  expect(held).toEqual({ roles: [], scope: 'all' });
  expect(amongHeld(held, [read, send])).toEqual([read, send]);
});

test('of what is asked, what is held stays', () => {
  expect(amongHeld(heldScope({ roles }, [], files), [write, read])).toEqual([read]);
});
