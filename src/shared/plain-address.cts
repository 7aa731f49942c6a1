// Spells an IP address in one way, so that two spellings of it are equal.

/** An IPv4 address that is written as IPv6 without that prefix, and no zone. */
export function plainAddress(address = ''): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}
