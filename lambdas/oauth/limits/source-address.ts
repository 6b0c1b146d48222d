import { isIP } from 'node:net';

/**
 * What counts as one source address. Of IPv6 it is the /64: a single machine has all of it. An IPv4 address written
 * as IPv6 is that IPv4 address; text that is no address is a caller of its own.
 */
export function addressBlock(text: string): string {
  const [address = ''] = text.split('%');
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const [before, behind] = [groupsOf(head), groupsOf(tail ?? '')];
  const groups = [...before, ...Array<number>(8 - before.length - behind.length).fill(0), ...behind];
  const [, , , , , mark, high = 0, low = 0] = groups;
  if (mark === 0xffff && groups.slice(0, 5).every((group) => group === 0)) {
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  }
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}

function groupsOf(text: string): readonly number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
