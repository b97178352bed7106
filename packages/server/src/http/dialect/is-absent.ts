/** Null and nothing are what SDKs send for options that nobody has set. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
