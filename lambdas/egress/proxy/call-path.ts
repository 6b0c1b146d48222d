import { ok, type Result } from '../../runtime/result.ts';
import { badCall, type CallRefusal } from './refusal.ts';

/** A path as it is sent to the third party, and as rules are held against it. */
export interface CallPath {
  /** Absolute, percent-encoded, in one way only. */
  readonly text: string;
  /** Encoded. The last is empty where the path ends with a slash. */
  readonly segments: readonly string[];
}

const longestPath = 4_096;
/** RFC 3986 §3.3. */
const encoded = /^\/(?:[\w\-.~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/;

/**
 * The path of a call. The HTTP API has decoded that of the request, so that a slash may have been none: the header says how it was
 * sent, and has to come to the same. Without it nothing may stand there that decoding could have made.
 */
export function readCallPath(decoded: string, header: string | undefined): Result<CallPath, CallRefusal> {
  const plain = decoded === '' ? '/' : decoded;
  if (header === undefined) {
    const isPlain = encoded.test(plain) && !plain.includes('%');
    return isPlain ? parsePath(plain) : badCall('path_not_plain', sendHeader);
  }
  const path = parsePath(header);
  if (!path.ok) return path;
  return decodedText(header) === plain ? path : badCall('path_of_another', anotherPath);
}

const sendHeader =
  'send the path as it stands in the URL, below the one of the third party, in the Vestibule-Path header: it is decoded on its way here';
const anotherPath = 'Vestibule-Path must be the path of the request, percent-encoded';

/** Reads an encoded path. Whatever a server might read as another one is none. */
export function parsePath(text: string): Result<CallPath, CallRefusal> {
  if (text.length > longestPath) return badCall('path_too_long', `the path is longer than ${longestPath}`);
  if (!encoded.test(text)) {
    return badCall('path_malformed', 'the path must be absolute, and percent-encoded as RFC 3986 says');
  }
  if (decodedText(text) === undefined) return badCall('path_malformed', 'the path must be of UTF-8');
  const segments = text.slice(1).split('/').map(normalSegment);
  const isWhole = segments.every((segment, at) =>
    segment === '' ? at === segments.length - 1 : !escapes(segment),
  );
  if (!isWhole) {
    return badCall(
      'path_escapes',
      'the path must have no empty and no dot segments, and no slash, backslash or control character in a segment, however encoded',
    );
  }
  return ok({ text: `/${segments.join('/')}`, segments });
}

/** RFC 3986 §6.2.2: what need not be encoded is not, and hexadecimal digits are upper-case. */
export function normalSegment(segment: string): string {
  return segment.replaceAll(/%[0-9A-Fa-f]{2}/g, (triplet) => {
    const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
    return /[\w\-.~]/.test(character) ? character : triplet.toUpperCase();
  });
}

/** However often a server decodes it, and whatever it takes for a parameter of the segment. */
function escapes(segment: string): boolean {
  for (let text = segment; ;) {
    const [name = ''] = text.split(';');
    if (/[/\\\x00-\x1f\x7f]/.test(text) || name === '.' || name === '..') return true;
    const decoded = onceDecoded(text);
    if (decoded === text) return false;
    text = decoded;
  }
}

/** Byte for byte: what is no UTF-8 is decoded too. */
export function onceDecoded(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function decodedText(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Whether the path of a rule is of that form: `*` is exactly one segment, `**` at the end at least one more. */
export function matchesPath(rule: string, { segments }: CallPath): boolean {
  if (!rule.startsWith('/')) return false;
  const wanted = rule.slice(1).split('/');
  const hasRest = wanted.at(-1) === '**';
  const fixed = hasRest ? wanted.slice(0, -1) : wanted;
  if (hasRest ? segments.length <= fixed.length : segments.length !== fixed.length) return false;
  if (hasRest && segments[fixed.length] === '') return false;
  return fixed.every((segment, at) =>
    segment === '*' ? segments[at] !== '' : normalSegment(segment) === segments[at],
  );
}
