import type { JsonValue } from '@vision-light/protocol';

/** A member of a JSON object; undefined if there is none, or the value is no object. */
export function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? value[name] : undefined;
}
