/** Who acts, and who acted before, as tokens nest it. */
interface Acting {
  readonly sub: string;
  readonly act?: Acting;
}

interface Issued {
  readonly act?: Acting;
  readonly jti_chain?: readonly string[];
  readonly task_chain?: readonly string[];
}

/** What an audit event says of where a token comes from. */
export interface Via {
  /** All who act, the first to act first. */
  readonly via?: readonly string[];
  /** The token that it was exchanged from. */
  readonly parentJti?: string;
  /** The task that it is of. */
  readonly taskId?: string;
}

export function viaOf({ act, jti_chain: jtis = [], task_chain: tasks }: Issued): Via {
  const [via, parentJti] = [namesOf(act), jtis.at(-1)];
  return {
    ...(via.length > 0 && { via }),
    ...(parentJti !== undefined && { parentJti }),
    ...taskIn(tasks),
  };
}

/** Of a task and those above it, its own: the others are known by it. */
export function taskIn(tasks: readonly string[] = []): Pick<Via, 'taskId'> {
  const taskId = tasks.at(-1);
  return taskId === undefined ? {} : { taskId };
}

function namesOf(act: Acting | undefined): readonly string[] {
  return act === undefined ? [] : [...namesOf(act.act), act.sub];
}
