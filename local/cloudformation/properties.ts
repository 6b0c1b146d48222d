import { isJsonObject, type Json, type JsonObject } from './template.ts';

/** A text property. Throws when it is missing or no text. */
export function textProperty(properties: JsonObject, name: string): string {
  const value = properties[name];
  if (typeof value !== 'string') throw new Error(`${name} must be text, and is ${JSON.stringify(value)}`);
  return value;
}

export function optionalText(properties: JsonObject, name: string): string | undefined {
  return properties[name] === undefined ? undefined : textProperty(properties, name);
}

/** A number, also where the template writes it as text. */
export function numberProperty(properties: JsonObject, name: string, fallback: number): number {
  const value = Number(properties[name] ?? fallback);
  if (Number.isNaN(value))
    throw new Error(`${name} must be a number, and is ${JSON.stringify(properties[name])}`);
  return value;
}

export function flagProperty(properties: JsonObject, name: string): boolean {
  return properties[name] === true || properties[name] === 'true';
}

export function objectProperty(properties: JsonObject, name: string): JsonObject {
  const value = properties[name];
  return isJsonObject(value) ? value : {};
}

export function listProperty(properties: JsonObject, name: string): readonly Json[] {
  const value = properties[name];
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

export function objectsProperty(properties: JsonObject, name: string): readonly JsonObject[] {
  return listProperty(properties, name).filter(isJsonObject);
}

/**
 * Properties handed on as the input of the SDK command that they are written like. The service judges their form, as
 * CloudFormation leaves it to.
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the one cast from a template's JSON
export function asInput<Input extends object>(properties: object): Input {
  return properties as Input;
}

/** `Tags` as the template lists them. */
export function tagsProperty(
  properties: JsonObject,
): readonly { readonly Key: string; readonly Value: string }[] {
  return objectsProperty(properties, 'Tags').map((tag) => ({
    Key: textProperty(tag, 'Key'),
    Value: textProperty(tag, 'Value'),
  }));
}
