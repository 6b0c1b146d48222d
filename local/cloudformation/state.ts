import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import type { ProvisionedResource } from './provider.ts';

/** A resource as the record of a stack keeps it. */
export interface RecordedResource extends ProvisionedResource {
  readonly dependencies: readonly string[];
  /** Whether the resource stays when it leaves the template (`DeletionPolicy: Retain`). */
  readonly retain: boolean;
  /** How often it was replaced. */
  readonly generation: number;
}

interface StackRecord {
  readonly resources: Readonly<Record<string, RecordedResource>>;
  /** Replaced or removed resources that are still to be deleted, the first to go first. */
  readonly leftovers: readonly RecordedResource[];
}

/** What is known to exist; every change is on the disk before the next step relies on it. */
export interface StackState {
  readonly resources: () => Readonly<Record<string, RecordedResource>>;
  readonly leftovers: () => readonly RecordedResource[];
  readonly record: (resource: RecordedResource) => void;
  /** Takes a resource out of the stack; `delete` keeps it in mind until it is deleted. */
  readonly remove: (resource: RecordedResource, then: 'forget' | 'delete') => void;
  /** A replaced resource: its successor is recorded in the same write. */
  readonly replace: (before: RecordedResource, after: RecordedResource, then: 'forget' | 'delete') => void;
  readonly deleted: (leftover: RecordedResource) => void;
}

/** Opens the record in `file`, or an empty one in memory. */
export function openStackState(file: string | undefined): StackState {
  let record: StackRecord = { resources: {}, leftovers: [] };
  if (file !== undefined && existsSync(file)) record = JSON.parse(readFileSync(file, 'utf8')) as StackRecord;
  const write = (next: StackRecord): void => {
    record = next;
    if (file !== undefined) replaceFile(file, JSON.stringify(next, undefined, 1));
  };
  const without = (logicalId: string): Record<string, RecordedResource> =>
    Object.fromEntries(Object.entries(record.resources).filter(([id]) => id !== logicalId));
  const leftoversWith = (
    resource: RecordedResource,
    then: 'forget' | 'delete',
  ): readonly RecordedResource[] => (then === 'delete' ? [...record.leftovers, resource] : record.leftovers);
  return {
    resources: () => record.resources,
    leftovers: () => record.leftovers,
    record: (resource) => {
      if (JSON.stringify(record.resources[resource.logicalId]) === JSON.stringify(resource)) return;
      write({ ...record, resources: { ...record.resources, [resource.logicalId]: resource } });
    },
    remove: (resource, then) => {
      write({ resources: without(resource.logicalId), leftovers: leftoversWith(resource, then) });
    },
    replace: (before, after, then) => {
      const resources = { ...record.resources, [after.logicalId]: after };
      write({ resources, leftovers: leftoversWith(before, then) });
    },
    deleted: (leftover) => {
      write({ ...record, leftovers: record.leftovers.filter((each) => each !== leftover) });
    },
  };
}

/** Old content or new content, whenever the process ends. */
function replaceFile(file: string, content: string): void {
  const temporary = `${file}.new`;
  const descriptor = openSync(temporary, 'w', 0o600);
  writeSync(descriptor, content);
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(temporary, file);
}
