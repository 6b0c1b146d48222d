import { UsageError } from './failure.ts';

/** Reads `demo:tools:read`. A resource named by its URI is set off by a space: `https://… tools:read`. */
export function resourceAndScope(
  option: string,
  text: string,
  shown = text,
  form = 'must be <resource id>:<scope>, such as demo:tools:read, or "<resource uri> <scope>"',
): readonly [resource: string, scope: string] {
  const separator = text.includes(' ') ? text.lastIndexOf(' ') : text.indexOf(':');
  const [resource, scope] = [text.slice(0, separator), text.slice(separator + 1)];
  if (separator > 0 && scope !== '' && !scope.startsWith('//')) return [resource, scope];
  throw new UsageError(`--${option} ${shown}: ${form}`);
}
