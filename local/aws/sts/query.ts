import type { Input } from '../service.ts';

/** The form of a Query request: `Name=text`, and lists flattened to `Name.member.1=…`. */
export function readQuery(body: Uint8Array): Input {
  return Object.fromEntries(new URLSearchParams(Buffer.from(body).toString()));
}

export function textOf(input: Input, name: string): string | undefined {
  const value = input[name];
  return typeof value === 'string' ? value : undefined;
}

/** The members of a list of texts, in their order. */
export function listOf(input: Input, name: string): readonly string[] {
  return membersOf(input, name).flatMap((member) => textOf(input, member) ?? []);
}

/** The members of a list of tags. */
export function tagsOf(input: Input, name: string): readonly (readonly [key: string, value: string])[] {
  return membersOf(input, name).map((member) => [
    textOf(input, `${member}.Key`) ?? '',
    textOf(input, `${member}.Value`) ?? '',
  ]);
}

function membersOf(input: Input, name: string): readonly string[] {
  const positions = Object.keys(input).flatMap((key) => {
    const [, position] = new RegExp(`^${name}\\.member\\.(\\d+)(?:\\.|$)`).exec(key) ?? [];
    return position === undefined ? [] : [Number(position)];
  });
  return [...new Set(positions)].sort((one, other) => one - other).map((each) => `${name}.member.${each}`);
}
