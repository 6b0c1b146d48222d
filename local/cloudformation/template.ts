/** A value of a template or of a resolved property. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** One resource as the template states it, intrinsics unresolved. */
export interface ResourceDefinition {
  readonly Type: string;
  readonly Properties?: JsonObject;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: Json;
}

/** The sections of a CloudFormation template that a synthesized stack carries. */
export interface Template {
  readonly Resources: Readonly<Record<string, ResourceDefinition>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: Json; readonly Condition?: string }>>;
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Conditions?: Readonly<Record<string, Json>>;
}

const localSections = ['Resources', 'Outputs', 'Parameters', 'Conditions'];
/** Say something about a deployment (bootstrap version, console grouping) that one machine does not have. */
const sectionsWithoutLocalMeaning = ['AWSTemplateFormatVersion', 'Description', 'Metadata', 'Rules'];

/** Reads a parsed template. Throws when it has a section that would otherwise be ignored. */
export function parseTemplate(text: string): Template {
  const parsed: unknown = JSON.parse(text);
  if (!isJsonObject(parsed as Json) || !('Resources' in (parsed as JsonObject))) {
    throw new Error('this is no CloudFormation template: it has no Resources');
  }
  for (const section of Object.keys(parsed as JsonObject)) {
    if (!localSections.includes(section) && !sectionsWithoutLocalMeaning.includes(section)) {
      throw new Error(`the local run does not know the template section ${section}`);
    }
  }
  return parsed as Template;
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A scalar as text, the way CloudFormation hands it on; JSON for anything else. */
export function asText(value: Json | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Whether two values are the same JSON, whatever the order of their members. */
export function sameJson(left: Json | undefined, right: Json | undefined): boolean {
  return canonical(left) === canonical(right);
}

function canonical(value: Json | undefined): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    isJsonObject(member as Json)
      ? Object.fromEntries(Object.entries(member as JsonObject).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
