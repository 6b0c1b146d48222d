/** A policy uses a form this evaluator does not know. Guessing would allow or refuse what AWS would not. */
export class UnknownPolicyForm extends Error {
  override readonly name = 'UnknownPolicyForm';

  constructor(form: string, fix: string) {
    super(`The policy uses ${form}, which the local IAM does not know: ${fix}.`);
  }
}

export function stringsOf(value: unknown, form: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((each) => {
    if (typeof each !== 'string') {
      throw new UnknownPolicyForm(`${form} ${JSON.stringify(each)}`, 'write a string or a list of strings');
    }
    if (each.includes('${')) {
      throw new UnknownPolicyForm(`the policy variable in ${form} ${each}`, 'write the value itself');
    }
    return each;
  });
}
