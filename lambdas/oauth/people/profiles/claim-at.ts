import type { Claims } from './profile.ts';

/**
 * A claim by its name; where there is none of that name, by the path that its dots make. A step of the path may hold dots
 * itself, as ids of clients do in `resource_access.reports.example.roles`.
 */
export function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const step = name.slice(0, dot);
    const inner = Object.hasOwn(claims, step) ? claims[step] : undefined;
    if (typeof inner !== 'object' || inner === null) continue;
    const found = claimAt(inner as Claims, name.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The names that a claim lists, or the only one; undefined where the claim is not there. */
export function namesAt(claims: Claims, name: string): readonly unknown[] | undefined {
  const told = claimAt(claims, name);
  if (told === undefined || told === null) return undefined;
  return Array.isArray(told) ? (told as readonly unknown[]) : [told];
}
