import { createHash } from 'node:crypto';

/** The longest name that every service we name things in takes. */
const longest = 64;

/**
 * The name of a resource whose template gives none, in CloudFormation's form `stack-logicalId-suffix`. The suffix
 * depends on the stack, the id and the generation only, so that an interrupted creation finds what it made.
 */
export function generatedName(stackName: string, logicalId: string, generation: number): string {
  const suffix = createHash('sha256')
    .update(`${stackName}/${logicalId}/${generation}`)
    .digest('hex')
    .slice(0, 12);
  const room = longest - suffix.length - 2;
  const stack = stackName.slice(0, Math.floor(room / 2));
  return `${stack}-${logicalId.slice(0, room - stack.length)}-${suffix.toUpperCase()}`;
}
