import * as v from 'valibot';
import { didYouMean, show } from './problem.ts';

function expected(what: string): (issue: v.BaseIssue<unknown>) => string {
  return ({ input }) => (input === undefined ? `is missing; write ${what}` : `${show(input)} is not ${what}`);
}

/** An object of exactly these fields. */
export function fields<const Entries extends v.ObjectEntries>(
  entries: Entries,
): v.StrictObjectSchema<Entries, (issue: v.StrictObjectIssue) => string> {
  const known = Object.keys(entries);
  return v.strictObject(entries, (issue) => {
    const name = String(issue.path?.at(-1)?.key);
    if (issue.expected === 'never') return `is no field; ${didYouMean(name, known)}`;
    if (issue.expected === 'Object') return expected('an object')(issue);
    return 'is missing; write it';
  });
}

export function text(): v.StringSchema<(issue: v.BaseIssue<unknown>) => string> {
  return v.string(expected('a text'));
}

/** A text judged by a rule that answers what is wrong with it. */
export function textThat(
  problem: (text: string) => string | undefined,
): v.SchemaWithPipe<readonly [ReturnType<typeof text>, v.RawCheckAction<string>]> {
  return v.pipe(
    text(),
    v.rawCheck(({ dataset, addIssue }) => {
      const message = dataset.typed ? problem(dataset.value) : undefined;
      if (message !== undefined) addIssue({ message });
    }),
  );
}

export function oneOf<const Options extends readonly (string | number)[]>(
  options: Options,
): v.PicklistSchema<Options, (issue: v.BaseIssue<unknown>) => string> {
  return v.picklist(options, ({ input }) => `${show(input)} is none of ${options.join(', ')}`);
}

export function listOf<Item extends v.GenericSchema>(
  item: Item,
): v.ArraySchema<Item, (issue: v.BaseIssue<unknown>) => string> {
  return v.array(item, expected('a list'));
}

export function mapOf<
  Key extends v.GenericSchema<string, string | number | symbol>,
  Value extends v.GenericSchema,
>(key: Key, value: Value): v.RecordSchema<Key, Value, (issue: v.BaseIssue<unknown>) => string> {
  return v.record(key, value, expected('an object'));
}

/** A whole number of some unit within bounds. */
export function wholeFrom(lowest: number, highest: number, unit: string): v.GenericSchema<number> {
  return v.pipe(
    v.number(({ input }) => `${show(input)} is not a number of ${unit}; write ${lowest} to ${highest}`),
    v.check(
      (value) => Number.isInteger(value) && value >= lowest && value <= highest,
      ({ input }) =>
        `${show(input)} is out of range; write a whole number of ${unit} from ${lowest} to ${highest}`,
    ),
  );
}

export function flag(): v.BooleanSchema<(issue: v.BaseIssue<unknown>) => string> {
  return v.boolean(expected('true or false'));
}

const identifierForm = /^[A-Za-z0-9_-]{1,64}$/;

export const identifier = textThat((id) =>
  identifierForm.test(id) ? undefined : `${show(id)} is not an id; use 1 to 64 of A-Z a-z 0-9 _ -`,
);

/** Text for people: names, owners, descriptions. */
export function peopleText(longest: number): ReturnType<typeof textThat> {
  return textThat((words) =>
    words.trim() !== '' && words.length <= longest && !/\p{Cc}/u.test(words)
      ? undefined
      : `${show(words)} is not words for people; write 1 to ${longest} characters on one line`,
  );
}

/** How often somebody may ask. */
export const limit = v.pipe(
  fields({
    perSecond: wholeFrom(1, 100_000, 'requests'),
    burst: v.optional(wholeFrom(1, 1_000_000, 'requests')),
  }),
  v.forward(
    v.check(
      ({ perSecond, burst }) => burst === undefined || burst >= perSecond,
      ({ input: { perSecond, burst } }) =>
        `${show(burst)} is below perSecond, which could never be reached; write ${show(perSecond)} or more`,
    ),
    ['burst'],
  ),
);
