import { randomInt } from 'node:crypto';
import * as v from 'valibot';
import { AwsError, type Operation, operation } from '../service.ts';

const flag = v.optional(v.boolean(), false);
const input = v.object({
  PasswordLength: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096)), 32),
  ExcludeCharacters: v.optional(v.string(), ''),
  ExcludeNumbers: flag,
  ExcludePunctuation: flag,
  ExcludeUppercase: flag,
  ExcludeLowercase: flag,
  IncludeSpace: flag,
  RequireEachIncludedType: v.optional(v.boolean(), true),
});

export const randomPassword: Operation = operation(input, (asked) => {
  const kinds = kindsOf(asked);
  const required = asked.RequireEachIncludedType ? kinds.map(pick) : [];
  if (kinds.length === 0 || required.length > asked.PasswordLength) {
    const problem = 'The password length is too short for the included character types.';
    throw new AwsError('InvalidParameterException', problem);
  }
  const alphabet = kinds.join('');
  const rest = Array.from({ length: asked.PasswordLength - required.length }, () => pick(alphabet));
  return { RandomPassword: shuffled([...required, ...rest]).join('') };
});

function kindsOf(asked: v.InferOutput<typeof input>): readonly string[] {
  const kinds: readonly (readonly [boolean, string])[] = [
    [!asked.ExcludeLowercase, 'abcdefghijklmnopqrstuvwxyz'],
    [!asked.ExcludeUppercase, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
    [!asked.ExcludeNumbers, '0123456789'],
    [!asked.ExcludePunctuation, '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
    [asked.IncludeSpace, ' '],
  ];
  return kinds
    .filter(([included]) => included)
    .map(([, characters]) =>
      Array.from(characters)
        .filter((each) => !asked.ExcludeCharacters.includes(each))
        .join(''),
    )
    .filter((characters) => characters !== '');
}

function pick(characters: string): string {
  return characters.charAt(randomInt(characters.length));
}

function shuffled(characters: readonly string[]): readonly string[] {
  const result = Array.from(characters);
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [result[last], result[other]] = [result[other] ?? '', result[last] ?? ''];
  }
  return result;
}
