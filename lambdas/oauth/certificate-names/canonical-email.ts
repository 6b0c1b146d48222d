/** RFC 5280 §7.5: the part before the @ is compared as it is, the host in any case. */
export function canonicalEmail(address: string): string {
  return address.replace(/[^@]*$/, (host) => host.toLowerCase());
}
