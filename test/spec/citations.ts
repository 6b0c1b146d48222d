import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import ts from 'typescript';

import type { Requirement } from './requirement.ts';

export interface Citation {
  readonly what: string;
  /** `file:line`, from the root of the project. */
  readonly place: string;
}

export interface CoverageReport {
  readonly uncited: readonly string[];
  readonly unknown: readonly Citation[];
}

/** The ids that tests below `directory` pass to `verifies`, read from their source. */
export function citedRequirements(root: string, directory: string): readonly Citation[] {
  return typescriptFiles(join(root, directory))
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => {
      const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
      return verifiesCalls(source).flatMap((call) =>
        literals(call.arguments[0]).map((literal) => ({
          what: literal.text,
          place: `${relative(root, file)}:${source.getLineAndCharacterOfPosition(literal.pos).line + 1}`,
        })),
      );
    });
}

/** The sections and reference ids that comments below `directory` name, in the form of `Requirement.sources`. */
export function namedSources(root: string, directory: string): readonly Citation[] {
  return typescriptFiles(join(root, directory)).flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        sourcesIn(line).map((what) => ({ what, place: `${relative(root, file)}:${index + 1}` })),
      ),
  );
}

export function coverage(
  requirements: Readonly<Record<string, Requirement>>,
  cited: readonly Citation[],
): CoverageReport {
  const ids = new Set(cited.map(({ what }) => what));
  return {
    uncited: Object.keys(requirements).filter((id) => !ids.has(id)),
    unknown: cited.filter(({ what }) => !Object.hasOwn(requirements, what)),
  };
}

/** Named sources that no requirement has. */
export function strays(
  requirements: Readonly<Record<string, Requirement>>,
  named: readonly Citation[],
): readonly Citation[] {
  const known = new Set(Object.values(requirements).flatMap(({ sources }) => sources));
  return named.filter(({ what }) => !known.has(what));
}

/** `RFC 6749 §5.2 and §3.3`, `OIDC Discovery §3`, `rfc7523bis §4` and `AS-5`, each on its own. */
export function sourcesIn(line: string): readonly string[] {
  const sections = [
    ...line.matchAll(
      /(RFC \d+|OIDC Discovery|OIDC Core|rfc7523bis)((?:(?:, | and | or |\/| )§\d+(?:\.\d+)*)+)/g,
    ),
  ].flatMap(([, document = '', list = '']) =>
    [...list.matchAll(/§\d+(?:\.\d+)*/g)].map(([section]) => `${document} ${section}`),
  );
  const ids = [...line.matchAll(/\b(?:AS|RS|UI|IX|EMA|CC|WIF|DPOP)-\d+\b/g)].map(([id]) => id);
  return [...sections, ...ids];
}

function typescriptFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(directory, name))
    .toSorted();
}

function verifiesCalls(node: ts.Node): readonly ts.CallExpression[] {
  const found: ts.CallExpression[] = [];
  const visit = (child: ts.Node): void => {
    if (ts.isCallExpression(child) && child.expression.getText() === 'verifies') found.push(child);
    ts.forEachChild(child, visit);
  };
  visit(node);
  return found;
}

function literals(node: ts.Expression | undefined): readonly ts.StringLiteral[] {
  if (node === undefined) return [];
  if (ts.isStringLiteral(node)) return [node];
  return ts.isArrayLiteralExpression(node)
    ? node.elements.filter((element) => ts.isStringLiteral(element))
    : [];
}
