import fc from 'fast-check';
import { expect, test } from 'vitest';
import { personOf } from '../../lambdas/oauth/people/person.ts';
import type { IdpId, PersonId } from '../../lambdas/runtime/identifiers.ts';

const id = 'company' as IdpId;
const profile = 'generic' as const;
const stable = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 });
const who = fc.record({ issuer: fc.webUrl(), tenant: stable, subject: stable });

function idOf({ issuer, tenant, subject }: { issuer: string; tenant: string; subject: string }): PersonId {
  const person = personOf(
    { id, profile, issuer, subjectClaim: 'sub', tenantClaim: 'tid' },
    { sub: subject, tid: tenant },
  );
  if (!person.ok) throw new Error(person.refusal.problem);
  return person.value.id;
}

test('two persons have one id only where issuer, tenant and subject are the same', () => {
  const pair = fc.tuple(who, who).chain(([one, other]) =>
    // Members of one shift into the other's, so that only the joints between them differ.
    fc
      .constantFrom(other, { ...other, tenant: one.tenant }, { ...one, subject: other.subject }, { ...one })
      .map((second) => [one, second] as const),
  );
  fc.assert(
    fc.property(pair, ([one, other]) => {
      const same =
        one.issuer === other.issuer && one.tenant === other.tenant && one.subject === other.subject;
      expect(idOf(one) === idOf(other)).toBe(same);
    }),
  );
});

test('where a text ends and the next begins tells persons apart', () => {
  fc.assert(
    fc.property(stable, stable, stable, (left, moved, right) => {
      const issuer = 'https://idp.example.com';
      const one = { issuer, tenant: `${left}${moved}`, subject: right };
      expect(idOf(one)).not.toBe(idOf({ issuer, tenant: left, subject: `${moved}${right}` }));
    }),
  );
});

test('an id has the form that nothing else is registered under', () => {
  fc.assert(
    fc.property(who, (person) => {
      expect(idOf(person)).toMatch(/^person\.[A-Za-z0-9_-]{43}$/);
    }),
  );
});

test('what people are called and their address make no difference', () => {
  const idp = { id, profile, issuer: 'https://idp.example.com', subjectClaim: 'sub' };
  fc.assert(
    fc.property(stable, fc.anything(), fc.anything(), (sub, email, name) => {
      const person = personOf(idp, { sub, email, name, preferred_username: email });
      expect(person.ok && person.value.id).toBe(idOf({ issuer: idp.issuer, tenant: '', subject: sub }));
    }),
  );

  function idOf({
    issuer,
    subject,
  }: {
    issuer: string;
    tenant: string;
    subject: string;
  }): PersonId | undefined {
    const person = personOf({ id, profile, issuer, subjectClaim: 'sub' }, { sub: subject });
    return person.ok ? person.value.id : undefined;
  }
});

test('any other value than a text of one line names nobody', () => {
  const wrong = fc.oneof(
    fc.anything().filter((value) => typeof value !== 'string'),
    fc.constantFrom('', 'a\0b', 'line\nline', '\ud800', 'x'.repeat(1_025)),
  );
  const idp = { id, profile, issuer: 'https://idp.example.com', subjectClaim: 'oid', tenantClaim: 'tid' };
  fc.assert(
    fc.property(wrong, (value) => {
      expect(personOf(idp, { sub: 'ann', oid: value, tid: 'one' }).ok).toBe(false);
      expect(personOf(idp, { sub: 'ann', oid: 'ann', tid: value }).ok).toBe(false);
    }),
  );
});

const rolesOf = (...groups: readonly string[]) => [{ name: 'staff', groups, scopes: [] }];

test('groups are those of roles, each once, by the name of the claim or by the path that its dots make', () => {
  const roles = [
    ...rolesOf('a', 'b', 'admin'),
    ...rolesOf('b', 'x', 'y', 'Object', 'toString'),
    { name: 'all', groups: 'everyone' as const, scopes: [] },
  ];
  const person = (claims: object, groupsClaim: string): readonly string[] | undefined => {
    const read = personOf(
      { id, profile, issuer: 'https://idp.example.com', subjectClaim: 'sub', groupsClaim, roles },
      { sub: 'ann', ...claims },
    );
    return read.ok ? read.value.groups : undefined;
  };
  expect(person({ groups: ['a', 'c', 'b', 'a', 'everyone', 7, null, ''] }, 'groups')).toEqual(['a', 'b']);
  expect(person({ role: 'admin' }, 'role')).toEqual(['admin']);
  expect(person({ realm_access: { roles: ['x'] } }, 'realm_access.roles')).toEqual(['x']);
  expect(person({ 'https://a.example/groups': ['y'] }, 'https://a.example/groups')).toEqual(['y']);
  expect(person({ groups: { a: 'b' } }, 'groups')).toEqual([]);
  expect(person({}, 'constructor.name')).toEqual([]);
});

test('however many groups a provider tells of, those of roles are found and no other is kept', () => {
  const many = Array.from({ length: 20_000 }, (_, index) => `${index}${'ü'.repeat(250)}`);
  const idp = { id, profile, issuer: 'https://idp.example.com', subjectClaim: 'sub', groupsClaim: 'groups' };
  const told = (roles?: ReturnType<typeof rolesOf>): unknown =>
    personOf({ ...idp, ...(roles && { roles }) }, { sub: 'ann', groups: [...many, 'staff'] });
  expect(told(rolesOf('staff', 'golf'))).toMatchObject({ value: { groups: ['staff'] } });
  expect(told()).toMatchObject({ value: { groups: [] } });
});
