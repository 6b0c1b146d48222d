/** What a resource says of the token it wants (RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1). */
export interface TokenChallenge {
  readonly scheme: 'bearer' | 'dpop';
  readonly error: string | undefined;
  readonly scope: string | undefined;
  readonly resourceMetadata: string | undefined;
}

/** A longer header is none: what follows is linear in it, and nobody has that much to say. */
const longestHeader = 8_192;

const token = "[!#$%&'*+.^_`|~\\w-]+";
/**
 * One parameter, or the scheme of a challenge where no value follows. The credentials of other schemes (token68) count as
 * schemes too, which does no harm: nobody knows them.
 */
const part = new RegExp(`(${token})(?:\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token})))?[\\s,=/]*`, 'y');

/**
 * The challenge that asks for a token, the DPoP one where there are both; undefined where a response has none. One
 * header may carry several challenges (RFC 9110 §11.6.1), those of schemes that nobody here knows among them.
 */
export function challengeOf({ headers }: Response): TokenChallenge | undefined {
  const challenges = challengesIn(headers.get('www-authenticate') ?? '');
  const asked = challenges.find(({ scheme }) => scheme === 'dpop') ?? challenges[0];
  if (asked === undefined) return undefined;
  const { scheme, parameters } = asked;
  return {
    scheme,
    error: parameters.get('error'),
    scope: parameters.get('scope'),
    resourceMetadata: parameters.get('resource_metadata'),
  };
}

interface ParsedChallenge {
  readonly scheme: 'bearer' | 'dpop';
  readonly parameters: Map<string, string>;
}

function challengesIn(header: string): readonly ParsedChallenge[] {
  if (header.length > longestHeader) return [];
  const challenges: ParsedChallenge[] = [];
  let parameters: Map<string, string> | undefined;
  part.lastIndex = 0;
  for (let match = part.exec(header); match !== null; match = part.exec(header)) {
    const [, name = '', quoted, bare] = match;
    const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? bare;
    if (value === undefined) {
      parameters = new Map();
      const scheme = name.toLowerCase();
      if (scheme === 'bearer' || scheme === 'dpop') challenges.push({ scheme, parameters });
    } else if (parameters?.has(name.toLowerCase()) === false) {
      parameters.set(name.toLowerCase(), value);
    }
  }
  return challenges;
}
