type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the pattern of a rule: each field that it names has one of the values that it lists, `detail` at any depth. Throws for every
 * other form, naming it.
 */
export function compilePattern(text: string): (event: object) => boolean {
  const pattern = objectOf(JSON.parse(text) as unknown);
  if (pattern === undefined || Object.keys(pattern).length === 0) {
    throw new Error(`the pattern of a rule must be an object with fields, and is ${text}`);
  }
  const matches = compileFields(pattern, '');
  return (event) => matches({ ...event });
}

function compileFields(pattern: Fields, path: string): (event: Fields) => boolean {
  const fields = Object.entries(pattern).map(([name, wanted]) => {
    const matches = compileField(wanted, `${path}${name}`);
    return (event: Fields): boolean => Object.hasOwn(event, name) && matches(event[name]);
  });
  return (event) => fields.every((matches) => matches(event));
}

function compileField(wanted: unknown, path: string): (value: unknown) => boolean {
  const nested = objectOf(wanted);
  if (nested !== undefined) {
    const matches = compileFields(nested, `${path}.`);
    return (value) => {
      const fields = objectOf(value);
      return fields !== undefined && matches(fields);
    };
  }
  if (!Array.isArray(wanted) || wanted.length === 0 || path.startsWith('$') || path.includes('.$')) {
    throw new Error(
      `the local run does not know ${path}: ${JSON.stringify(wanted)} in the pattern of a rule`,
    );
  }
  const accepted = wanted as readonly unknown[];
  const strange = accepted.find((value) => typeof value === 'object' && value !== null);
  if (strange !== undefined) {
    throw new Error(`the local run knows exact values in patterns, not ${path}: ${JSON.stringify(strange)}`);
  }
  // Of a list in the event, one has to be among them.
  return (value) => [value].flat().some((each) => accepted.includes(each));
}

function objectOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
