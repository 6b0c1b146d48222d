import { sha256 } from '../../runtime/digest.ts';
import type { DeviceId } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';

/** RFC 8628 §6.1: no vowels, so that no words come about, and nothing that looks like a digit. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 8;
const wellFormed = new RegExp(`^[${letters}]{${length}}$`);

/** 20 to the 8th: 34 bits, for ten minutes and few tries. */
export function newUserCode(random: Random): string {
  // A byte beyond the last whole multiple of 20 would favour the first letters.
  const fair = 256 - (256 % letters.length);
  let code = '';
  while (code.length < length) {
    const bytes = [...Buffer.from(random(16), 'base64url')].filter((byte) => byte < fair);
    code += bytes.map((byte) => letters[byte % letters.length] ?? '').join('');
  }
  return code.slice(0, length);
}

/** As a person typed it: RFC 8628 §6.1 has case and all that only parts letters ignored. */
export function readUserCode(text: string): string | undefined {
  const code = text.replace(/[\s\p{Pd}]/gu, '').toUpperCase();
  return wellFormed.test(code) ? code : undefined;
}

/** As people read it: `WDJB-MJHT`. */
export function shownUserCode(code: string): string {
  return `${code.slice(0, length / 2)}-${code.slice(length / 2)}`;
}

export function deviceIdOf(code: string): DeviceId {
  return sha256(code) as DeviceId;
}
