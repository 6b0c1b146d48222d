import { refuse, ok, type Result } from '../../runtime/result.ts';

/** JSON as it is written: numbers by their digits, and members in a map, where no name has a meaning of its own. */
export type Json =
  string | boolean | null | { readonly digits: string } | readonly Json[] | ReadonlyMap<string, Json>;

const deepest = 64;

interface Reader {
  readonly text: string;
  at: number;
}

/**
 * Reads JSON that everybody reads in the same way: no member twice in one object, of which some take the first and some the
 * last.
 */
export function readJsonText(text: string): Result<Json, 'not_json' | 'member_repeated' | 'too_deep'> {
  try {
    JSON.parse(text);
  } catch {
    return refuse('not_json');
  }
  const faults: ('member_repeated' | 'too_deep')[] = [];
  const value = readValue({ text, at: 0 }, deepest, (fault) => faults.push(fault));
  const [fault] = faults;
  return fault === undefined ? ok(value) : refuse(fault);
}

type Complain = (fault: 'member_repeated' | 'too_deep') => void;

/** The text is JSON already: nothing is looked for that is not there. */
function readValue(reader: Reader, depth: number, complain: Complain): Json {
  const first = nextCharacter(reader);
  if (first === '"') return readString(reader);
  if (first !== '{' && first !== '[') return scalar(readWord(reader));
  if (depth === 0) {
    complain('too_deep');
    reader.at = reader.text.length;
    return null;
  }
  reader.at += 1;
  return first === '[' ? readItems(reader, depth, complain) : readMembers(reader, depth, complain);
}

function readItems(reader: Reader, depth: number, complain: Complain): readonly Json[] {
  const items: Json[] = [];
  while (!isAtEnd(reader, ']')) items.push(readValue(reader, depth - 1, complain));
  return items;
}

function readMembers(reader: Reader, depth: number, complain: Complain): ReadonlyMap<string, Json> {
  const members = new Map<string, Json>();
  while (!isAtEnd(reader, '}')) {
    const name = readString(reader);
    if (members.has(name)) complain('member_repeated');
    nextCharacter(reader);
    reader.at += 1;
    members.set(name, readValue(reader, depth - 1, complain));
  }
  return members;
}

/** Goes past the comma or the end; true for the end, and where nothing is left to read. */
function isAtEnd(reader: Reader, end: ']' | '}'): boolean {
  let next = nextCharacter(reader);
  if (next === ',') {
    reader.at += 1;
    next = nextCharacter(reader);
  }
  if (next !== end && next !== '') return false;
  reader.at += 1;
  return true;
}

function nextCharacter(reader: Reader): string {
  while (' \t\r\n'.includes(reader.text.charAt(reader.at)) && reader.at < reader.text.length) reader.at += 1;
  return reader.text.charAt(reader.at);
}

function readString(reader: Reader): string {
  const start = reader.at;
  do reader.at = reader.text.indexOf('"', reader.at + 1);
  while (isEscaped(reader));
  reader.at += 1;
  return JSON.parse(reader.text.slice(start, reader.at)) as string;
}

function isEscaped({ text, at }: Reader): boolean {
  let before = at - 1;
  while (text.charAt(before) === '\\') before -= 1;
  return (at - before) % 2 === 0;
}

function readWord(reader: Reader): string {
  const start = reader.at;
  while (/[\w+\-.]/.test(reader.text.charAt(reader.at))) reader.at += 1;
  return reader.text.slice(start, reader.at);
}

function scalar(word: string): Json {
  if (word === 'null') return null;
  return word === 'true' || word === 'false' ? word === 'true' : { digits: word };
}
