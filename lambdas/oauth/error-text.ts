/** RFC 6749 §5.2: the characters of a description; the keys of tags have more. */
export function printable(text: string): string {
  return text.replace(/[^\x20\x21\x23-\x5B\x5D-\x7E]/g, '?');
}

/** Names, as a description tells them. */
export function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(' ');
}
