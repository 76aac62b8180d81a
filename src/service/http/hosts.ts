import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Addresses that stand for every network that a machine is in. */
const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
/** Headers remembered as good, at most. */
const MOST_REMEMBERED = 64;

/**
 * Whether a name or an address is this machine's own, out of reach of any other.
 * @param host `localhost`, an IPv4 or an IPv6 address, the latter with or without brackets
 */
export function isLoopback(host: string): boolean {
  const name = hostName(host);
  if (name === null) return false;
  const version = isIP(name);
  return version === 0 ? name === 'localhost' : LOOPBACK.check(name, `ipv${version as 4 | 6}`);
}

/**
 * Tells Host headers that mean this service from those of a page which has its own name point at it
 * (DNS rebinding). Loopback names, the host bound to and those allowed pass, on any port; where the
 * service is bound to every network, so does any address, as only a name can be rebound.
 */
export function createHostCheck(
  bound: string,
  allowed: readonly string[],
): (header: string) => boolean {
  const names = new Set([bound, ...allowed].map((host) => hostName(host) ?? host));
  const takesAddresses = EVERYWHERE.has(hostName(bound) ?? bound);
  const remembered = new Set<string>();
  return (header) => {
    if (remembered.has(header)) return true;
    const name = hostName(header);
    if (name === null) return false;
    const passes = names.has(name) || isLoopback(name) || (takesAddresses && isIP(name) !== 0);
    if (passes && remembered.size < MOST_REMEMBERED) remembered.add(header);
    return passes;
  };
}

/** The name in `name`, `name:port`, `[address]:port`, in lower case; null for what is none of these. */
function hostName(host: string): string | null {
  const lower = host.toLowerCase();
  if (isIP(lower) === 6) return lower;
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:/@[\]\\]+?)\.?)(?::\d{1,5})?$/.exec(lower);
  return match?.[1] ?? match?.[2] ?? null;
}
